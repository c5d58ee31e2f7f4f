-- A second factor in force ($2; NULL: none any more) from a step on; what waited for its first code goes.
-- Uses users_pkey.
UPDATE users SET totp_sealed = $2, totp_step = $3, totp_pending_sealed = NULL WHERE id = $1
