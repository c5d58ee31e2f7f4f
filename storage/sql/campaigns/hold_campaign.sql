-- Sets a campaign's due messages aside, a batch at a time.
-- Index: idx_message_queue_campaign, one range per number in its order, then the primary key: a long queue is not read.
WITH due AS MATERIALIZED (
    SELECT w.message_id
    FROM unnest($2::uuid[]) AS given (session_id)
    CROSS JOIN LATERAL (
        SELECT q.message_id FROM message_queue q
        WHERE q.session_id = given.session_id AND q.campaign_id = $1 AND q.due_at <= now() AND q.look_at < 'infinity'
        ORDER BY q.due_at
        LIMIT $3
    ) AS w
    LIMIT $3
), mine AS MATERIALIZED (
    SELECT message_id FROM message_queue
    WHERE message_id = ANY(ARRAY(SELECT message_id FROM due)) AND look_at < 'infinity'
    FOR UPDATE SKIP LOCKED
)
UPDATE message_queue q SET look_at = 'infinity'
WHERE q.message_id = ANY(ARRAY(SELECT message_id FROM mine))
RETURNING q.message_id
