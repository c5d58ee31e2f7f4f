-- The events of these orders, by type; for conditions, and for what calls a case off.
-- Uses idx_incoming_events_order.
SELECT t.position, e.event_type, e.id
FROM unnest($1::int[], $2::uuid[], $3::text[]) AS t (position, company_id, order_id)
CROSS JOIN LATERAL (
    SELECT event_type, id FROM incoming_events
    WHERE company_id = t.company_id AND order_id = t.order_id AND event_type IS NOT NULL
    LIMIT 1000
) AS e
