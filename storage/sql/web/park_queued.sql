-- A session's process fetches its due messages itself: the scheduler's sweep looks at them only if it is gone for long.
-- Index: idx_message_queue_session; rows in other hands are left alone.
WITH mine AS MATERIALIZED (
    SELECT message_id
    FROM message_queue
    WHERE session_id = $1 AND due_at <= now() AND look_at < now() + $2::interval / 2
    ORDER BY due_at
    LIMIT $3
    FOR UPDATE SKIP LOCKED
)
UPDATE message_queue q SET look_at = now() + $2::interval FROM mine WHERE q.message_id = mine.message_id
RETURNING q.message_id
