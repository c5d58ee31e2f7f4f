-- Gives a conversation to people, unless they have it already.
-- Uses conversations_pkey.
UPDATE conversations
SET ai_on = false, ai_off_reason = $3, state = 'open', version = version + 1, updated_at = greatest(updated_at, $4)
WHERE company_id = $1 AND id = $2 AND ai_on
RETURNING version
