-- Notes of a conversation, newest first, behind a place.
-- Uses conversation_notes_pkey.
SELECT id, conversation_id, author_id, author_name, text, created_at
FROM conversation_notes
WHERE company_id = $1 AND conversation_id = $2 AND id < $3
ORDER BY id DESC
LIMIT $4
