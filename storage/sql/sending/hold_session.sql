-- Sets a session's due messages aside, a batch at a time.
-- Index: idx_message_queue_session.
WITH mine AS MATERIALIZED (
    SELECT message_id
    FROM message_queue
    WHERE session_id = $1 AND due_at <= now() AND look_at < 'infinity'
    ORDER BY due_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
UPDATE message_queue q SET look_at = 'infinity' FROM mine WHERE q.message_id = mine.message_id
RETURNING q.message_id
