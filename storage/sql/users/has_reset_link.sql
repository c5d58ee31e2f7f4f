-- Whether a one-time link to another password is in force ($2: now).
-- Uses the unique index on token_hash.
SELECT 1 FROM user_links WHERE token_hash = $1 AND purpose = 'reset' AND expires_at > $2
