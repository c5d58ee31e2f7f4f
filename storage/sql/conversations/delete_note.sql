-- Deletes a note.
-- Uses conversation_notes_pkey.
DELETE FROM conversation_notes WHERE company_id = $1 AND conversation_id = $2 AND id = $3 RETURNING id
