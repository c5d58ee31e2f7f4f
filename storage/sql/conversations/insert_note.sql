-- A note of a conversation that is there.
-- Uses conversations_pkey.
INSERT INTO conversation_notes (company_id, conversation_id, id, author_id, author_name, text, created_at)
SELECT company_id, id, $3, $4, $5, $6, $7 FROM conversations WHERE company_id = $1 AND id = $2
RETURNING id, conversation_id, author_id, author_name, text, created_at
