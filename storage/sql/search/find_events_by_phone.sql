-- The newest events of a phone.
-- Uses idx_incoming_events_phone, in order.
SELECT id, event_type, external_id, order_id, customer_name, created_at
FROM incoming_events
WHERE company_id = $1 AND customer_phone = $2
ORDER BY created_at DESC, id DESC
LIMIT $3
