-- Notes, answers and turns of a conversation become another's, with its phone.
-- Uses conversation_notes_pkey, idx_conversation_replies_conversation and idx_ai_turns_conversation.
WITH notes AS (
    UPDATE conversation_notes SET conversation_id = $3 WHERE company_id = $1 AND conversation_id = $2
), replies AS (
    UPDATE conversation_replies SET conversation_id = $3 WHERE company_id = $1 AND conversation_id = $2
)
UPDATE ai_turns SET conversation_id = $3, phone = $4 WHERE company_id = $1 AND conversation_id = $2
