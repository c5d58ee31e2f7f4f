-- One of a company's invitations in force ($3: now).
-- Uses user_links_pkey.
SELECT id, email, role, created_by, created_at, expires_at
FROM user_links
WHERE company_id = $1 AND id = $2 AND purpose = 'invite' AND expires_at > $3
