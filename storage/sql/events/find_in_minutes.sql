-- The events of some minutes that pass a filter, newest first, behind a place; at most $5 of them.
-- Uses idx_incoming_events_company_id, one range per minute.
SELECT found.*
FROM unnest($14::timestamptz[]) AS given (minute)
CROSS JOIN LATERAL (
    SELECT id, company_id, created_at, webhook_id, source, event_type, external_id, order_id, state, reason,
    customer_name, customer_phone, customer_email, customer_document, product_name, plan_name, order_value_cents,
    pix_code, pix_expires_at, payment_method, occurred_at, signature, replay_of
    FROM incoming_events
    WHERE company_id = $1 AND created_at >= given.minute AND created_at < given.minute + interval '1 minute'
        AND (created_at, id) < ($2, $3::uuid) AND created_at >= $4
        AND ($6::text IS NULL OR event_type = $6)
        AND ($7::text IS NULL OR source = $7)
        AND ($8::uuid IS NULL OR webhook_id = $8)
        AND ($9::text IS NULL OR state = $9)
        AND ($10::text IS NULL OR external_id = $10)
        AND ($11::text IS NULL OR order_id = $11)
        AND ($12::text IS NULL OR customer_phone = $12)
        AND ($13::jsonb IS NULL OR payload @> $13)
    ORDER BY created_at DESC, id DESC
    LIMIT $5
) AS found
ORDER BY found.created_at DESC, found.id DESC
LIMIT $5
