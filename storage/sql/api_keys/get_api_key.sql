-- One of a company's keys.
-- Uses api_keys_pkey.
SELECT id, name, prefix, role, scopes, created_at, last_used_at, revoked_at
FROM api_keys
WHERE company_id = $1 AND id = $2
