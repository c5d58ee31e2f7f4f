-- What a person makes of a conversation that the transaction holds.
-- Uses conversations_pkey.
UPDATE conversations
SET state = $3, assignee_id = $4, ai_on = $5, ai_off_reason = $6, unread = $7, waiting_since = $8, version = version + 1,
    updated_at = greatest(updated_at, $9)
WHERE company_id = $1 AND id = $2
