-- What a session could send now beyond what its sender has in memory; moves the next look on like claim_due.
-- Index: idx_message_queue_session.
WITH due AS MATERIALIZED (
    SELECT message_id
    FROM message_queue
    WHERE session_id = $1 AND due_at <= now() AND look_at < 'infinity' AND message_id <> ALL($2::uuid[])
    ORDER BY due_at
    LIMIT $3
    FOR UPDATE SKIP LOCKED
)
UPDATE message_queue q SET look_at = now() + $4::interval FROM due WHERE q.message_id = due.message_id
RETURNING q.message_id
