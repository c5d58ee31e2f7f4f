-- Whether a try stands in the ledger: a commit whose answer was lost may have come through.
-- Index: idx_message_attempts_message_id of one partition.
SELECT EXISTS (SELECT FROM message_attempts WHERE message_id = $1 AND created_at = $2 AND dispatch_id = $3)
