-- Brings back what waits for its campaign alone, a batch at a time.
-- Index: idx_message_queue_campaign, then each message's primary key (OFFSET 0 keeps it a look-up per row).
WITH mine AS MATERIALIZED (
    SELECT q.message_id
    FROM unnest($2::uuid[]) AS given (session_id)
    JOIN message_queue q ON q.session_id = given.session_id AND q.campaign_id = $1
    CROSS JOIN LATERAL (
        SELECT m.status, m.reason
        FROM messages m
        WHERE m.id = q.message_id AND m.created_at = masteria_id_time(q.message_id)
        OFFSET 0
    ) AS m
    WHERE q.look_at = 'infinity' AND m.status = 'held' AND m.reason = 'campaign_paused'
    LIMIT $3
    FOR UPDATE OF q SKIP LOCKED
)
UPDATE message_queue q SET look_at = greatest(q.due_at, now()) FROM mine WHERE q.message_id = mine.message_id
RETURNING q.message_id
