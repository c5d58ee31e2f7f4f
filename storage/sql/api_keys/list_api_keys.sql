-- A company's keys, newest first, behind a cursor, revoked ones too.
-- Uses idx_api_keys_company_id.
SELECT id, name, prefix, role, scopes, created_at, last_used_at, revoked_at
FROM api_keys
WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $4
