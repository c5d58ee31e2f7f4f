-- A person by id, with what sign-in checks.
-- Uses users_pkey.
SELECT id, email, name, password_hash, language, theme, totp_sealed, totp_pending_sealed, totp_step, created_at
FROM users
WHERE id = $1
