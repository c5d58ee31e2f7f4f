-- A page of a company's people, who joined last first, behind a cursor.
-- Uses idx_memberships_company_id and users_pkey; sorts the company's (few) people.
SELECT u.id, u.email, u.name, m.role, u.totp_sealed IS NOT NULL AS totp, u.last_seen_at, m.created_at
FROM memberships m
JOIN users u ON u.id = m.user_id
WHERE m.company_id = $1 AND (m.created_at, u.id) < ($2, $3::uuid)
ORDER BY m.created_at DESC, u.id DESC
LIMIT $4
