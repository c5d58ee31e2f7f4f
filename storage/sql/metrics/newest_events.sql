-- A company's newest events, for its live feed.
-- Index: idx_incoming_events_company_id, in order; the range of created_at leaves the newest partitions.
SELECT id, created_at, event_type, source, state, customer_name, customer_phone, product_name, order_id,
       order_value_cents
FROM incoming_events
WHERE company_id = $1 AND created_at >= $3
ORDER BY created_at DESC, id DESC
LIMIT $2
