-- One window of a search for a rule's runs: looks at up to $5 events behind a place, returns up to $6 hits.
-- Uses idx_incoming_events_company_id, in order; the filter needs no index, because the window bounds it.
SELECT id, created_at, event_type, order_id, customer_name, customer_phone, runs, hit, position
FROM (
    SELECT id, created_at, event_type, order_id, customer_name, customer_phone, runs, hit,
        row_number() OVER (ORDER BY created_at DESC, id DESC) AS position
    FROM (
        SELECT id, created_at, event_type, order_id, customer_name, customer_phone, runs,
            coalesce(runs @> $7::jsonb, false) AS hit
        FROM incoming_events
        WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid) AND created_at <= $2 AND created_at >= $4
        ORDER BY created_at DESC, id DESC
        LIMIT $5
    ) AS seen
) AS numbered
WHERE hit OR position = $5
ORDER BY created_at DESC, id DESC
LIMIT $6
