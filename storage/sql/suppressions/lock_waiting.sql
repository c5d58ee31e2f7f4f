-- Those of these messages that are in the queue, locked there in the order of their ids.
-- Uses the primary keys of message_queue and of each partition (the range of created_at leaves those concerned).
SELECT m.id, m.company_id, m.to_phone, m.category, m.event_id, m.content, m.rule_id, m.campaign_id
FROM unnest($1::uuid[], $2::timestamptz[]) AS given (id, created_at)
JOIN message_queue q ON q.message_id = given.id
JOIN messages m ON m.id = given.id AND m.created_at = given.created_at
WHERE m.created_at BETWEEN $3 AND $4
ORDER BY m.id
FOR UPDATE OF q
