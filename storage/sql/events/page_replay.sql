-- One window of a replay's events: looks at up to $5 rows behind a place; returns those that pass the filter and whose type
-- some rule names ($14; NULL: any), the window's last row, and in each row how many passed, and of them how many are
-- unread. $15: with the payloads of those; no other is carried along. Uses idx_incoming_events_company_id, in order.
SELECT id, created_at, source, event_type, external_id, order_id, state, customer_name, customer_phone, customer_email,
    customer_document, product_name, plan_name, order_value_cents, pix_code, pix_expires_at, payment_method, occurred_at,
    webhook_id, delivery_id, signature, hit AND wanted AS hit, position, hits, unread,
    CASE WHEN hit AND wanted THEN payload END AS payload
FROM (
    SELECT *, row_number() OVER (ORDER BY created_at DESC, id DESC) AS position, count(*) FILTER (WHERE hit) OVER () AS hits,
        count(*) FILTER (WHERE hit AND state <> 'processed') OVER () AS unread
    FROM (
        SELECT id, created_at, source, event_type, external_id, order_id, state, customer_name, customer_phone,
            customer_email, customer_document, product_name, plan_name, order_value_cents, pix_code, pix_expires_at,
            payment_method, occurred_at, webhook_id, delivery_id, signature,
            state = 'processed' AND ($14::text[] IS NULL OR event_type = ANY($14)) AS wanted,
            CASE WHEN $15 AND state = 'processed' AND ($14::text[] IS NULL OR event_type = ANY($14))
                THEN payload END AS payload,
            coalesce(($6::text IS NULL OR event_type = $6)
                AND ($7::text IS NULL OR source = $7)
                AND ($8::uuid IS NULL OR webhook_id = $8)
                AND ($9::text IS NULL OR state = $9)
                AND ($10::text IS NULL OR external_id = $10)
                AND ($11::text IS NULL OR order_id = $11)
                AND ($12::text IS NULL OR customer_phone = $12)
                AND ($13::jsonb IS NULL OR payload @> $13), false) AS hit
        FROM incoming_events
        WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid) AND created_at <= $2 AND created_at >= $4
        ORDER BY created_at DESC, id DESC
        LIMIT $5
    ) AS seen
) AS numbered
WHERE hit AND wanted OR position = $5
ORDER BY created_at DESC, id DESC
