-- Takes a code's step once: nothing comes back if it, or a later one, was taken before.
-- Uses users_pkey.
UPDATE users SET totp_step = $2 WHERE id = $1 AND totp_step < $2 RETURNING id
