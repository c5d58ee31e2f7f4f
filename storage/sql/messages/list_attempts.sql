-- The ledger of one message's attempts, oldest first; $3 is the message's creation.
-- Uses idx_message_attempts_message_id of one partition.
SELECT attempt, outcome, provider_id, error, answered_at, dispatch_id
FROM message_attempts
WHERE company_id = $1 AND message_id = $2 AND created_at = $3
ORDER BY answered_at, attempt
LIMIT 100
