-- Whether a newer message of a conversation waits for its turn.
-- Uses idx_ai_turns_conversation.
SELECT EXISTS (
    SELECT FROM ai_turns WHERE company_id = $1 AND conversation_id = $2 AND event_id > $3
)
