-- The open dead letters of messages whose place others are to take, locked: who tries these again meanwhile waits.
-- Uses idx_dead_letters_open (a dead letter is never older than its message).
SELECT id, message_id
FROM dead_letters
WHERE company_id = $1 AND message_id = ANY($2::uuid[]) AND created_at >= $3 AND resolved_at IS NULL
ORDER BY id
FOR UPDATE
