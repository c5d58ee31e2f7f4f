-- A second factor that was shown and waits for its first code.
-- Uses users_pkey.
UPDATE users SET totp_pending_sealed = $2 WHERE id = $1
