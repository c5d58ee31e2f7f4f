-- What waits in the queue for these people, among their 500 newest messages each; locked in the order of their ids.
-- Uses idx_messages_to_phone and the primary key of message_queue. What is older is looked at when it is due.
SELECT m.id, m.company_id, m.to_phone, m.category, m.event_id, m.content, m.rule_id, m.campaign_id
FROM unnest($1::uuid[], $2::text[]) AS given (company_id, phone)
CROSS JOIN LATERAL (
    SELECT id, company_id, to_phone, category, event_id, content, rule_id, campaign_id, status
    FROM messages
    WHERE company_id = given.company_id AND to_phone = given.phone
    ORDER BY created_at DESC, id DESC
    LIMIT 500
) AS m
JOIN message_queue q ON q.message_id = m.id
WHERE m.status IN ('scheduled', 'queued', 'held')
ORDER BY m.id
FOR UPDATE OF q
