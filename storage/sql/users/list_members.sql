-- The people of a company and what they are in it.
-- Reads memberships by their primary key's table (small), users_pkey.
SELECT u.id, u.email, u.name, m.role, u.created_at
FROM memberships m
JOIN users u ON u.id = m.user_id
WHERE m.company_id = $1
ORDER BY u.email
LIMIT 1000
