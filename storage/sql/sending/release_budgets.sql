-- A session's budgets have changed: brings back what waits for them, whether for a time or for ever, a batch at a time.
-- Index: idx_message_queue_session, then each message's primary key (OFFSET 0 keeps it a look-up per row).
WITH mine AS MATERIALIZED (
    SELECT q.message_id
    FROM message_queue q
    CROSS JOIN LATERAL (
        SELECT m.status, m.reason
        FROM messages m
        WHERE m.id = q.message_id AND m.created_at = masteria_id_time(q.message_id)
        OFFSET 0
    ) AS m
    WHERE q.session_id = $1 AND (q.due_at > now() OR q.look_at = 'infinity')
        AND m.status = 'held' AND m.reason = ANY($2::text[])
    ORDER BY q.due_at
    LIMIT $3
    FOR UPDATE OF q SKIP LOCKED
)
UPDATE message_queue q SET look_at = now(), due_at = least(q.due_at, now()) FROM mine WHERE q.message_id = mine.message_id
RETURNING q.message_id
