-- A company's quick replies, newest first, behind a place.
-- Uses quick_replies_pkey.
SELECT id, shortcut, text, created_at, updated_at
FROM quick_replies
WHERE company_id = $1 AND id < $2
ORDER BY id DESC
LIMIT $3
