-- One event with everything; $3 is the time inside the id.
-- Uses one partition's primary key.
SELECT id, company_id, created_at, webhook_id, source, event_type, external_id, order_id, state, reason,
    customer_name, customer_phone, customer_email, customer_document, product_name, plan_name, order_value_cents,
    pix_code, pix_expires_at, payment_method, occurred_at, signature, replay_of, delivery_id, position, runs, payload
FROM incoming_events
WHERE company_id = $1 AND id = $2 AND created_at = $3
