-- The events of orders by type and time, for dry runs.
-- Uses idx_incoming_events_order.
SELECT t.order_id, e.id, e.created_at, e.event_type
FROM unnest($2::text[]) AS t (order_id)
CROSS JOIN LATERAL (
    SELECT id, created_at, event_type FROM incoming_events
    WHERE company_id = $1 AND order_id = t.order_id AND event_type IS NOT NULL
    LIMIT 100
) AS e
