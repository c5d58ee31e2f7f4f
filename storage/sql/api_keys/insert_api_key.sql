-- A new API key (company NULL: an installation key); only the hash of the key is kept.
-- Nothing to look up.
INSERT INTO api_keys (id, company_id, name, prefix, key_hash, role, created_at, scopes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
