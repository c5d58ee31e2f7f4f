-- Takes a cancelled campaign's messages out of the queue, a batch at a time; what is in flight is not in it.
-- Index: idx_message_queue_campaign, one range per number; message_queue's primary key.
WITH mine AS MATERIALIZED (
    SELECT q.message_id
    FROM unnest($2::uuid[]) AS given (session_id)
    JOIN message_queue q ON q.session_id = given.session_id AND q.campaign_id = $1
    LIMIT $3
    FOR UPDATE OF q SKIP LOCKED
)
DELETE FROM message_queue q USING mine WHERE q.message_id = mine.message_id
RETURNING q.message_id
