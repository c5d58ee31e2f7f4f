-- A contact's words about consent, newest first.
-- Uses the primary key.
SELECT id, purpose, granted, source, note, at, created_by, created_at
FROM consents
WHERE company_id = $1 AND contact_id = $2 AND id < $3
ORDER BY id DESC
LIMIT $4
