-- A person by address, upper or lower case.
-- Uses idx_users_email.
SELECT id, email, name, password_hash, created_at FROM users WHERE lower(email) = lower($1)
