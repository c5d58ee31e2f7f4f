-- The events whose payload contains a value, at most $4 looked at. Its caller sets a time-out: a common value has a
-- long posting list, and then the windows of scan_events are faster. Uses idx_webhook_payload_eventid (GIN).
SELECT id, created_at, hit, position
FROM (
    SELECT id, created_at, row_number() OVER () AS position, coalesce(created_at >= $2 AND created_at < $3 AND ($5::text IS NULL OR event_type = $5)
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
        WHERE company_id = $1 AND payload @> $12
        LIMIT $4
    ) AS seen
) AS numbered
WHERE hit OR position = $4
