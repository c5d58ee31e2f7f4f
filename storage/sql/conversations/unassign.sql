-- Conversations of somebody who has left are nobody's.
-- Uses idx_conversations_assignee.
UPDATE conversations SET assignee_id = NULL, version = version + 1, updated_at = greatest(updated_at, now())
WHERE company_id = $1 AND assignee_id = $2
