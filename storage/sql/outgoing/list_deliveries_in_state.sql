-- A page of a webhook's deliveries in one state, newest first, without bodies.
-- Index: idx_outgoing_deliveries_state, in order.
SELECT id, webhook_id, event_type, state, attempt, next_attempt_at, last_status, last_reason, created_at, finished_at
FROM outgoing_deliveries
WHERE company_id = $1 AND webhook_id = $2 AND state = $6 AND (created_at, id) < ($3, $4::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $5
