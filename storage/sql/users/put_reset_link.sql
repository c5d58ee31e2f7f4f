-- A one-time link to another password; the one before, if it was not used, is out of force.
-- Uses idx_user_links_reset.
INSERT INTO user_links (id, purpose, token_hash, email, user_id, created_by, created_at, expires_at)
SELECT $2, 'reset', $3, u.email, u.id, $4, $5, $6 FROM users u WHERE u.id = $1
ON CONFLICT (user_id) WHERE purpose = 'reset'
DO UPDATE SET id = EXCLUDED.id, token_hash = EXCLUDED.token_hash, email = EXCLUDED.email,
              created_by = EXCLUDED.created_by, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
