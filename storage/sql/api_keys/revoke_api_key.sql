-- Takes a key out of force; one that was revoked before keeps its time.
-- Uses api_keys_pkey.
UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE company_id = $1 AND id = $2
RETURNING id, name, prefix, role, scopes, created_at, last_used_at, revoked_at
