-- Takes up what is due and moves its next look on, so that a lost hand-over is noticed; two schedulers share the work.
-- Index: idx_message_queue_look_at.
WITH due AS MATERIALIZED (
    SELECT message_id
    FROM message_queue
    WHERE look_at <= now()
    ORDER BY look_at
    LIMIT $1
    FOR UPDATE SKIP LOCKED
)
UPDATE message_queue q SET look_at = now() + $2::interval FROM due WHERE q.message_id = due.message_id
RETURNING q.message_id
