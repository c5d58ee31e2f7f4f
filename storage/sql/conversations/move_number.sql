-- Another phone for a person's conversations, where the number has none with that phone; their turns go with them.
-- Uses idx_conversations_person by the company's few sessions, and idx_ai_turns_conversation.
WITH moved AS (
    UPDATE conversations c SET phone = $3, version = c.version + 1, updated_at = greatest(c.updated_at, $4)
    FROM sessions s
    WHERE s.company_id = $1 AND c.company_id = $1 AND c.session_id = s.id AND c.phone = $2
        AND NOT EXISTS (SELECT FROM conversations o WHERE o.company_id = $1 AND o.session_id = s.id AND o.phone = $3)
    RETURNING c.id
)
UPDATE ai_turns t SET phone = $3 FROM moved m WHERE t.company_id = $1 AND t.conversation_id = m.id
