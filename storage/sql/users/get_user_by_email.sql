-- A person by address, upper or lower case, with what sign-in checks.
-- Uses idx_users_email.
SELECT id, email, name, password_hash, language, theme, totp_sealed, totp_step, created_at
FROM users
WHERE lower(email) = lower($1)
