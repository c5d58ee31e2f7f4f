-- The newest messages to a phone.
-- Uses idx_messages_to_phone, in order.
SELECT id, to_phone, left(text, 200) AS text, template_name, status, created_at
FROM messages
WHERE company_id = $1 AND to_phone = $2
ORDER BY created_at DESC, id DESC
LIMIT $3
