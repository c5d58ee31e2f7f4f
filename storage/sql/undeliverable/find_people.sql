-- Which of these people are probably not on WhatsApp, unless they have written since (Postgres' clock).
-- Uses the table's primary key, and idx_incoming_events_inbound of the partitions since the last refusal.
SELECT u.company_id, u.phone
FROM unnest($1::uuid[], $2::text[]) AS given (company_id, phone)
JOIN undeliverable_people u ON u.company_id = given.company_id AND u.phone = given.phone
WHERE u.days >= 2 AND u.last_at > now() - interval '90 days'
    AND NOT EXISTS (
        SELECT FROM incoming_events e
        WHERE e.company_id = u.company_id AND e.customer_phone = u.phone
            AND e.event_type = 'message_received' AND e.webhook_id IS NULL AND e.created_at > u.last_at
    )
