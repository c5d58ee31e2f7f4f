-- One event as it is shown, with its payload and the headers of its delivery; $3 is the time inside the id.
-- Uses primary keys of one partition each: the first 12 digits of an id are its milliseconds (RFC 9562), and its partition.
SELECT e.id, e.company_id, e.created_at, e.webhook_id, e.source, e.event_type, e.external_id, e.order_id, e.state, e.reason,
    e.customer_name, e.customer_phone, e.customer_email, e.customer_document, e.product_name, e.plan_name, e.order_value_cents,
    e.pix_code, e.pix_expires_at, e.payment_method, e.occurred_at, e.signature, e.replay_of,
    e.payload, d.headers
FROM incoming_events e
LEFT JOIN deliveries d ON d.company_id = e.company_id AND d.id = e.delivery_id
    AND d.created_at = to_timestamp(('x' || left(translate(e.delivery_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
WHERE e.company_id = $1 AND e.id = $2 AND e.created_at = $3
