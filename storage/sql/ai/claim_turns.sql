-- Takes turns whose time has come, of each conversation only its earliest; a new fence, so that who had it cannot finish.
-- Uses idx_ai_turns_look_at and idx_ai_turns_conversation.
WITH due AS MATERIALIZED (
    SELECT t.event_id
    FROM ai_turns t
    WHERE t.look_at <= now() AND NOT EXISTS (
        SELECT FROM ai_turns e
        WHERE e.company_id = t.company_id AND e.conversation_id = t.conversation_id AND e.event_id < t.event_id)
    ORDER BY t.look_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
UPDATE ai_turns t
SET look_at = now() + $3::interval, fence = nextval('fences'), owner = $1, attempts = t.attempts + 1
FROM due WHERE t.event_id = due.event_id
RETURNING t.event_id, t.company_id, t.conversation_id, t.session_id, t.phone, t.fence, t.attempts
