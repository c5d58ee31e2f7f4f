-- A person's newest orders, each with its newest event and the newest PIX code, out of their newest 60 events.
-- Uses idx_incoming_events_phone.
WITH seen AS MATERIALIZED (
    SELECT order_id, event_type, product_name, order_value_cents, pix_code, pix_expires_at, created_at, id
    FROM incoming_events
    WHERE company_id = $1 AND customer_phone = $2
    ORDER BY created_at DESC, id DESC
    LIMIT 60
)
SELECT order_id, min(created_at) AS first_at, max(created_at) AS last_at,
    (array_agg(event_type ORDER BY created_at DESC, id DESC))[1] AS event_type,
    array_agg(DISTINCT event_type) AS event_types,
    (array_agg(product_name ORDER BY created_at DESC, id DESC) FILTER (WHERE product_name IS NOT NULL))[1] AS product_name,
    (array_agg(order_value_cents ORDER BY created_at DESC, id DESC)
        FILTER (WHERE order_value_cents IS NOT NULL))[1] AS value_cents,
    (array_agg(pix_code ORDER BY created_at DESC, id DESC) FILTER (WHERE pix_code IS NOT NULL))[1] AS pix_code,
    (array_agg(pix_expires_at ORDER BY created_at DESC, id DESC) FILTER (WHERE pix_code IS NOT NULL))[1] AS pix_expires_at
FROM seen
WHERE order_id IS NOT NULL
GROUP BY order_id
ORDER BY last_at DESC
LIMIT 5
