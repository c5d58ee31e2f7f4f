-- A page of what was done to the installation itself, newest first.
-- Uses idx_audit_log_company_id, in order.
SELECT id, created_at, actor_kind, actor_id, actor_name, operation, object_kind, object_id, object_name, changes,
    address, request_id, done
FROM audit_log
WHERE company_id IS NULL AND (created_at, id) < ($1, $2::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $3
