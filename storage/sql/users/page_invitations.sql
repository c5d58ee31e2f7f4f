-- A page of a company's invitations in force ($5: now), newest first, behind a cursor.
-- Uses idx_user_links_invite; sorts the company's (few) invitations.
SELECT id, email, role, created_by, created_at, expires_at
FROM user_links
WHERE company_id = $1 AND purpose = 'invite' AND expires_at > $5 AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $4
