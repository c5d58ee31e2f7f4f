-- Gives back at once what an earlier incarnation of a worker had: what somebody has is looked at in the future.
-- Uses idx_ai_turns_look_at.
UPDATE ai_turns SET look_at = now(), owner = NULL WHERE owner = $1 AND look_at > now()
