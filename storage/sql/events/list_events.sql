-- A page of a company's events in a time range, newest first; a page reads as many rows as it shows.
-- Uses idx_incoming_events_company_id, in order, of the partitions in the range.
SELECT id, company_id, created_at, webhook_id, source, event_type, external_id, order_id, state, reason,
    customer_name, customer_phone, customer_email, customer_document, product_name, plan_name, order_value_cents,
    pix_code, pix_expires_at, payment_method, occurred_at, signature, replay_of
FROM incoming_events
WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid) AND created_at <= $2 AND created_at >= $4
ORDER BY created_at DESC, id DESC
LIMIT $5
