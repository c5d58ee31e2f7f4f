-- Blanks the words that conversations show where they are older than a company keeps payloads; returns how many.
-- Uses idx_conversations_last_at.
WITH old AS MATERIALIZED (
    SELECT id FROM conversations
    WHERE company_id = $1 AND last_at < $2 AND (last_text IS NOT NULL OR last_outbound_text IS NOT NULL)
    ORDER BY last_at DESC, id DESC LIMIT $3
), blanked AS (
    UPDATE conversations c SET last_text = NULL, last_outbound_text = NULL FROM old
    WHERE c.company_id = $1 AND c.id = old.id
    RETURNING 1
)
SELECT count(*) FROM blanked
