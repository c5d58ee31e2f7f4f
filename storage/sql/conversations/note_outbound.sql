-- An answer: nobody waits any more; and who wrote it ($6 on), where its message is told.
-- Uses idx_conversations_person.
WITH answered AS (
    UPDATE conversations
    SET waiting_since = NULL, last_outbound_at = greatest(last_outbound_at, $5),
        last_outbound_text = CASE WHEN last_outbound_at > $5 THEN last_outbound_text ELSE $4 END,
        version = version + 1, updated_at = greatest(updated_at, $5)
    WHERE company_id = $1 AND session_id = $2 AND phone = $3
    RETURNING id
)
INSERT INTO conversation_replies (company_id, message_id, conversation_id, author, author_id, author_name)
SELECT $1, $6, id, $7, $8, $9 FROM answered WHERE $6::uuid IS NOT NULL
ON CONFLICT DO NOTHING
