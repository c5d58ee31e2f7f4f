-- How many of the newest $4 events in a range pass a filter, and how many were looked at.
-- Uses idx_incoming_events_company_id, or (narrow) the index of phones, types, states, webhooks or sources, in order; $4 bounds it.
SELECT count(*) FILTER (WHERE hit) AS hits, count(*) AS seen
FROM (
    SELECT coalesce(($5::text IS NULL OR event_type = $5)
        AND ($6::text IS NULL OR source = $6)
        AND ($7::uuid IS NULL OR webhook_id = $7)
        AND ($8::text IS NULL OR state = $8)
        AND ($9::text IS NULL OR external_id = $9)
        AND ($10::text IS NULL OR order_id = $10)
        AND ($11::text IS NULL OR customer_phone = $11)
        AND ($12::jsonb IS NULL OR payload @> $12), false) AS hit
    FROM incoming_events
    WHERE company_id = $1 /*narrow*/ AND created_at >= $2 AND created_at < $3
    ORDER BY created_at DESC, id DESC
    LIMIT $4
) AS looked_at
