-- Sets a campaign's due messages aside, a batch at a time.
-- Index: idx_message_queue_campaign, one range per number.
WITH mine AS MATERIALIZED (
    SELECT q.message_id
    FROM unnest($2::uuid[]) AS given (session_id)
    JOIN message_queue q ON q.session_id = given.session_id AND q.campaign_id = $1
    WHERE q.due_at <= now() AND q.look_at < 'infinity'
    LIMIT $3
    FOR UPDATE OF q SKIP LOCKED
)
UPDATE message_queue q SET look_at = 'infinity' FROM mine WHERE q.message_id = mine.message_id
RETURNING q.message_id
