-- A person's events with all that is stored of them, newest first, behind a place.
-- Uses idx_incoming_events_phone, in order.
SELECT id, created_at, occurred_at, source, event_type, external_id, order_id, state, customer_name, customer_phone,
    customer_email, customer_document, product_name, plan_name, order_value_cents, payment_method, payload
FROM incoming_events
WHERE company_id = $1 AND customer_phone = $2 AND customer_phone IS NOT NULL AND (created_at, id) < ($3, $4::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $5
