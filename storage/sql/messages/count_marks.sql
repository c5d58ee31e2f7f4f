-- How many messages stand at statuses that few reach in a range, up to $4 of each status.
-- Uses marked_messages_pkey alone (index-only where vacuum has been).
SELECT coalesce(sum(found.marks), 0)::bigint
FROM (SELECT DISTINCT unnest(string_to_array($5, ',')) AS status) AS wanted
CROSS JOIN LATERAL (
    SELECT count(*) AS marks
    FROM (
        SELECT 1 FROM marked_messages
        WHERE company_id = $1 AND status = wanted.status AND created_at >= $2 AND created_at < $3
        LIMIT $4
    ) AS bounded
) AS found
