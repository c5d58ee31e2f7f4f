-- A page of a company's audit log, newest first; a page reads as many rows as it shows.
-- Uses idx_audit_log_company_id, in order.
SELECT id, created_at, actor_kind, actor_id, actor_name, operation, object_kind, object_id, object_name, changes,
    address, request_id, done
FROM audit_log
WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid) AND created_at >= $4
ORDER BY created_at DESC, id DESC
LIMIT $5
