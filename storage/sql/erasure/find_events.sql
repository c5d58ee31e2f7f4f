-- A person's next events: they leave this index by being erased.
-- Uses idx_incoming_events_phone.
SELECT id, created_at, webhook_id, delivery_id, order_id
FROM incoming_events
WHERE company_id = $1 AND customer_phone = $2 AND customer_phone IS NOT NULL
ORDER BY created_at DESC, id DESC
LIMIT $3
