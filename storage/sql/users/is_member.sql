-- Whether somebody with an address, upper or lower case, is one of a company's people.
-- Uses idx_users_email and memberships_pkey.
SELECT 1
FROM users u
JOIN memberships m ON m.user_id = u.id AND m.company_id = $1
WHERE lower(u.email) = lower($2)
