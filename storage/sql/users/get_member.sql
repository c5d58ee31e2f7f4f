-- One of a company's people.
-- Uses memberships_pkey and users_pkey.
SELECT u.id, u.email, u.name, m.role, u.totp_sealed IS NOT NULL AS totp, u.last_seen_at, m.created_at
FROM memberships m
JOIN users u ON u.id = m.user_id
WHERE m.company_id = $1 AND m.user_id = $2
