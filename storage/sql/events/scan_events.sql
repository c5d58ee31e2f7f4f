-- One window of a search: looks at up to $5 rows behind a place and returns up to $6 hits, and the window's last row.
-- Uses idx_incoming_events_company_id, in order; the filters need no index, because the window bounds them.
SELECT id, company_id, created_at, webhook_id, source, event_type, external_id, order_id, state, reason,
    customer_name, customer_phone, customer_email, customer_document, product_name, plan_name, order_value_cents,
    pix_code, pix_expires_at, payment_method, occurred_at, signature, replay_of,
    hit, position
FROM (
    SELECT id, company_id, created_at, webhook_id, source, event_type, external_id, order_id, state, reason,
        customer_name, customer_phone, customer_email, customer_document, product_name, plan_name, order_value_cents,
        pix_code, pix_expires_at, payment_method, occurred_at, signature, replay_of,
        hit, row_number() OVER (ORDER BY created_at DESC, id DESC) AS position
    FROM (
        SELECT id, company_id, created_at, webhook_id, source, event_type, external_id, order_id, state, reason,
            customer_name, customer_phone, customer_email, customer_document, product_name, plan_name, order_value_cents,
            pix_code, pix_expires_at, payment_method, occurred_at, signature, replay_of,
            coalesce(($7::text IS NULL OR event_type = $7)
                AND ($8::text IS NULL OR source = $8)
                AND ($9::uuid IS NULL OR webhook_id = $9)
                AND ($10::text IS NULL OR state = $10)
                AND ($11::text IS NULL OR external_id = $11)
                AND ($12::text IS NULL OR order_id = $12)
                AND ($13::text IS NULL OR customer_phone = $13)
                AND ($14::jsonb IS NULL OR payload @> $14), false) AS hit
        FROM incoming_events
        WHERE company_id = $1 /*narrow*/ AND (created_at, id) < ($2, $3::uuid) AND created_at <= $2 AND created_at >= $4
        ORDER BY created_at DESC, id DESC
        LIMIT $5
    ) AS seen
) AS numbered
WHERE hit OR position = $5
ORDER BY created_at DESC, id DESC
LIMIT $6
