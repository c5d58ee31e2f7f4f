-- A new person, or (same address, upper or lower case) the one that is there already.
-- Uses idx_users_email.
INSERT INTO users (id, email, name, password_hash, created_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (lower(email)) DO UPDATE SET email = users.email
RETURNING id
