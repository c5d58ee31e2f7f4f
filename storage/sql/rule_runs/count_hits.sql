-- How many of the newest $4 events in a range a rule ran for as wanted, and how many were looked at.
-- Uses idx_incoming_events_company_id, in order; $4 bounds it.
SELECT count(*) FILTER (WHERE hit) AS hits, count(*) AS seen
FROM (
    SELECT coalesce(runs @> $5::jsonb, false) AS hit
    FROM incoming_events
    WHERE company_id = $1 AND created_at >= $2 AND created_at < $3
    ORDER BY created_at DESC, id DESC
    LIMIT $4
) AS looked_at
