-- How many of the newest $4 entries in a range pass a filter, and how many were looked at.
-- Uses idx_audit_log_company_id, or (narrow) the index of actors, operations or objects, in order; $4 bounds it.
SELECT count(*) FILTER (WHERE hit) AS hits, count(*) AS seen
FROM (
    SELECT coalesce(($5::uuid IS NULL OR actor_id = $5)
        AND ($6::text IS NULL OR operation = $6)
        AND ($7::text IS NULL OR object_kind = $7)
        AND ($8::text IS NULL OR object_id = $8), false) AS hit
    FROM audit_log
    WHERE company_id = $1 /*narrow*/ AND created_at >= $2 AND created_at < $3
    ORDER BY created_at DESC, id DESC
    LIMIT $4
) AS looked_at
