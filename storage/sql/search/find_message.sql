-- A message by id ($2) and time ($3).
-- Uses the partition's primary key.
SELECT id, to_phone, left(text, 200) AS text, template_name, status, created_at
FROM messages
WHERE company_id = $1 AND id = $2 AND created_at = $3
