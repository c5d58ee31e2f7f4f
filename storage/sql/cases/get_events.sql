-- The events of cases, with their payloads; $2 are the times inside the ids.
-- Uses each partition's primary key; the range leaves those concerned.
SELECT e.id, e.company_id, e.created_at, e.event_type, e.external_id, e.order_id, e.customer_name, e.customer_phone,
    e.customer_email, e.customer_document, e.product_name, e.plan_name, e.order_value_cents, e.pix_code,
    e.pix_expires_at, e.payment_method, e.occurred_at, e.payload
FROM unnest($1::uuid[], $2::timestamptz[]) AS t (id, created_at)
JOIN incoming_events e ON e.id = t.id AND e.created_at = t.created_at
WHERE e.created_at BETWEEN $3 AND $4
