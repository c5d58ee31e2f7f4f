-- A person's next messages, locked: they leave this index by being erased.
-- Uses idx_messages_to_phone.
SELECT id, created_at FROM messages
WHERE company_id = $1 AND to_phone = $2
ORDER BY created_at DESC, id DESC
LIMIT $3
