-- An invitation by its token, if it is in force ($2: now), and the company that it leads to.
-- Uses the unique index on token_hash and companies_pkey.
SELECT l.id, l.company_id, l.email, l.role, l.expires_at, c.name AS company_name
FROM user_links l
JOIN companies c ON c.id = l.company_id
WHERE l.token_hash = $1 AND l.purpose = 'invite' AND l.expires_at > $2
