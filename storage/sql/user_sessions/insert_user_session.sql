-- A person's new cookie session; only the hash of the cookie is kept.
-- Nothing to look up.
INSERT INTO user_sessions (id, user_id, token_hash, created_at, last_seen_at, expires_at, address, agent)
VALUES ($1, $2, $3, $4, $4, $5, $6, $7)
