-- An answer: nobody waits any more.
-- Uses idx_conversations_person.
UPDATE conversations
SET waiting_since = NULL, last_outbound_at = greatest(last_outbound_at, $5),
    last_outbound_text = CASE WHEN last_outbound_at > $5 THEN last_outbound_text ELSE $4 END,
    version = version + 1, updated_at = greatest(updated_at, $5)
WHERE company_id = $1 AND session_id = $2 AND phone = $3
