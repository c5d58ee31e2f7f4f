-- When people last wrote to a number, for those whose window (24 hours) stays open for another minute.
-- Index: idx_incoming_events_inbound of the partitions concerned.
SELECT given.session_id, given.phone, inbound.occurred_at
FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS given (company_id, session_id, phone)
CROSS JOIN LATERAL (
    SELECT max(e.occurred_at) AS occurred_at
    FROM incoming_events e
    WHERE e.company_id = given.company_id AND e.customer_phone = given.phone
        AND e.event_type = 'message_received' AND e.webhook_id IS NULL
        AND e.created_at > now() - interval '24 hours'
        AND e.payload->>'session_id' = given.session_id::text
) AS inbound
WHERE inbound.occurred_at > now() - interval '23 hours 59 minutes'
