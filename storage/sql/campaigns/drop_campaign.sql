-- Takes a cancelled campaign's messages out of the queue, a batch at a time; what is in flight is not in it.
-- Index: idx_message_queue_campaign, one range per number in its order, then the primary key: a long queue is not read.
WITH queued AS MATERIALIZED (
    SELECT w.message_id
    FROM unnest($2::uuid[]) AS given (session_id)
    CROSS JOIN LATERAL (
        SELECT q.message_id FROM message_queue q
        WHERE q.session_id = given.session_id AND q.campaign_id = $1
        ORDER BY q.due_at
        LIMIT $3
    ) AS w
    LIMIT $3
), mine AS MATERIALIZED (
    SELECT message_id FROM message_queue
    WHERE message_id = ANY(ARRAY(SELECT message_id FROM queued))
    FOR UPDATE SKIP LOCKED
)
DELETE FROM message_queue q WHERE q.message_id = ANY(ARRAY(SELECT message_id FROM mine))
RETURNING q.message_id
