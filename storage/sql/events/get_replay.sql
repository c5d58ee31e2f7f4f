-- These events with their payloads, for a replay.
-- Uses each partition's primary key (the range of created_at leaves those concerned).
SELECT e.id, e.created_at, e.source, e.event_type, e.external_id, e.order_id, e.state, e.customer_name, e.customer_phone,
    e.customer_email, e.customer_document, e.product_name, e.plan_name, e.order_value_cents, e.pix_code, e.pix_expires_at,
    e.payment_method, e.occurred_at, e.webhook_id, e.delivery_id, e.signature, e.payload
FROM unnest($2::uuid[], $3::timestamptz[]) AS given (id, created_at)
JOIN incoming_events e ON e.id = given.id AND e.created_at = given.created_at
WHERE e.company_id = $1 AND e.created_at BETWEEN $4 AND $5
ORDER BY e.created_at DESC, e.id DESC
