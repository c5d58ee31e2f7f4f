-- The events at these places, as they are told.
-- Index: the partitions' primary keys, one partition per event.
SELECT e.id, e.created_at, e.webhook_id, e.source, e.event_type, e.external_id, e.order_id, e.state, e.reason,
    e.customer_name, e.customer_phone, e.customer_email, e.customer_document, e.product_name, e.plan_name,
    e.order_value_cents, e.pix_code, e.pix_expires_at, e.payment_method, e.occurred_at
FROM unnest($2::uuid[], $3::timestamptz[]) AS place (id, created_at)
JOIN incoming_events e ON e.id = place.id AND e.created_at = place.created_at
WHERE e.company_id = $1
