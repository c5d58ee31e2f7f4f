-- The companies of a person.
-- Uses memberships_pkey and companies_pkey.
SELECT m.company_id, m.role, c.name, c.time_zone, c.quiet_hours, c.created_at
FROM memberships m JOIN companies c ON c.id = m.company_id
WHERE m.user_id = $1
ORDER BY c.name, c.id
LIMIT 1000
