-- The key with this hash, if it is in force.
-- Uses the unique index on key_hash.
SELECT id, company_id, role, name, scopes FROM api_keys WHERE key_hash = $1 AND revoked_at IS NULL
