-- Takes a one-time link to another password; nothing comes back if it is unknown, used or over ($2: now).
-- Uses the unique index on token_hash.
DELETE FROM user_links WHERE token_hash = $1 AND purpose = 'reset' AND expires_at > $2 RETURNING user_id
