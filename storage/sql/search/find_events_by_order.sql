-- The newest events of an order; of one with more than 200, some of its newest.
-- Uses idx_incoming_events_order.
SELECT id, event_type, external_id, order_id, customer_name, created_at
FROM (
    SELECT id, event_type, external_id, order_id, customer_name, created_at
    FROM incoming_events
    WHERE company_id = $1 AND order_id = $2
    LIMIT 200
) AS found
ORDER BY created_at DESC, id DESC
LIMIT $3
