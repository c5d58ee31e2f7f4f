-- A person's new password hash.
-- Uses users_pkey.
UPDATE users SET password_hash = $2 WHERE id = $1 RETURNING id
