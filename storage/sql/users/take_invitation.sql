-- Takes an invitation by its token; nothing comes back if it is unknown, used or over ($2: now).
-- Uses the unique index on token_hash.
DELETE FROM user_links WHERE token_hash = $1 AND purpose = 'invite' AND expires_at > $2
RETURNING company_id, email, role
