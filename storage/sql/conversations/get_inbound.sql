-- One message of a person to a number.
-- Uses one partition's primary key.
SELECT id, created_at, payload
FROM incoming_events
WHERE company_id = $1 AND id = $2 AND created_at = $3 AND customer_phone = $4 AND event_type = 'message_received'
    AND webhook_id IS NULL AND payload->>'session_id' = $5::uuid::text
