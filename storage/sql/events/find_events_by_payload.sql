-- A page of the events whose payload contains a value, with how many there are and were looked at: at most $4. Its
-- caller sets a time-out: a common value has a long posting list. Uses idx_webhook_payload_eventid (GIN).
-- A value that was common at two of four times past is not looked up at all: it counts as $4 looked at, of few rows read
-- in order (idx_incoming_events_company_id), because the windows of scan_events find it sooner.
WITH past AS MATERIALIZED (
    SELECT count(DISTINCT back) >= 2 AND count(DISTINCT id) >= 3 AS common
    FROM unnest(ARRAY['1 hour', '1 day', '3 days', '9 days']::interval[]) AS back
    CROSS JOIN LATERAL (
        SELECT id, payload @> $12 AS hit
        FROM incoming_events
        WHERE company_id = $1 AND created_at < least(now(), $13) - back
        ORDER BY created_at DESC, id DESC
        LIMIT 8
    ) AS there
    WHERE hit
), seen AS MATERIALIZED (
    SELECT id, company_id, created_at, webhook_id, source, event_type, external_id, order_id, state, reason,
        customer_name, customer_phone, customer_email, customer_document, product_name, plan_name, order_value_cents,
        pix_code, pix_expires_at, payment_method, occurred_at, signature, replay_of,
        coalesce(created_at >= $2 AND created_at < $3
            AND ($5::text IS NULL OR event_type = $5)
            AND ($6::text IS NULL OR source = $6)
            AND ($7::uuid IS NULL OR webhook_id = $7)
            AND ($8::text IS NULL OR state = $8)
            AND ($9::text IS NULL OR external_id = $9)
            AND ($10::text IS NULL OR order_id = $10)
            AND ($11::text IS NULL OR customer_phone = $11)
            AND ($12::jsonb IS NULL OR payload @> $12), false) AS hit
    FROM (
            SELECT *
            FROM incoming_events
            WHERE company_id = $1 AND payload @> $12 AND NOT (SELECT common FROM past)
            LIMIT $4
    ) AS candidates
)
SELECT counted.total, CASE WHEN past.common THEN $4 ELSE counted.looked_at END AS looked_at, page.*
FROM past
CROSS JOIN (SELECT count(*) FILTER (WHERE hit) AS total, count(*) AS looked_at FROM seen) AS counted
LEFT JOIN LATERAL (
    SELECT id, company_id, created_at, webhook_id, source, event_type, external_id, order_id, state, reason,
        customer_name, customer_phone, customer_email, customer_document, product_name, plan_name, order_value_cents,
        pix_code, pix_expires_at, payment_method, occurred_at, signature, replay_of
    FROM seen
    WHERE hit AND (created_at, id) < ($13, $14::uuid)
    ORDER BY created_at DESC, id DESC
    LIMIT $15
) AS page ON true
ORDER BY page.created_at DESC, page.id DESC
