-- One delivery with its body and its log.
-- Index: primary key.
SELECT id, webhook_id, event_type, state, attempt, next_attempt_at, last_status, last_reason, created_at, finished_at,
    payload, attempts
FROM outgoing_deliveries
WHERE company_id = $1 AND webhook_id = $2 AND id = $3
