-- One window of a search: looks at up to $5 entries behind a place, returns up to $6 hits, and the window's last row.
-- Uses idx_audit_log_company_id, or (narrow) the index of actors, operations or objects, in order.
SELECT id, created_at, actor_kind, actor_id, actor_name, operation, object_kind, object_id, object_name, changes,
    address, request_id, done, hit, position
FROM (
    SELECT *, row_number() OVER (ORDER BY created_at DESC, id DESC) AS position
    FROM (
        SELECT id, created_at, actor_kind, actor_id, actor_name, operation, object_kind, object_id, object_name,
            changes, address, request_id, done,
            coalesce(($7::uuid IS NULL OR actor_id = $7)
                AND ($8::text IS NULL OR operation = $8)
                AND ($9::text IS NULL OR object_kind = $9)
                AND ($10::text IS NULL OR object_id = $10), false) AS hit
        FROM audit_log
        WHERE company_id = $1 /*narrow*/ AND (created_at, id) < ($2, $3::uuid) AND created_at >= $4
        ORDER BY created_at DESC, id DESC
        LIMIT $5
    ) AS seen
) AS numbered
WHERE hit OR position = $5
ORDER BY created_at DESC, id DESC
LIMIT $6
