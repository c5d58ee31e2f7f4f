-- Forgets a person's conversations, their notes and what nobody has understood yet.
-- Uses idx_conversations_person by the company's few sessions, and idx_ai_turns_conversation.
WITH gone AS (
    DELETE FROM conversations c USING sessions s
    WHERE s.company_id = $1 AND c.company_id = $1 AND c.session_id = s.id AND c.phone = $2
    RETURNING c.id
)
DELETE FROM ai_turns t USING gone g WHERE t.company_id = $1 AND t.conversation_id = g.id
