-- Has what was set aside of a campaign that is called off looked at, which ends it: whoever called it off may die now.
-- Index: idx_message_queue_campaign, one range per number.
WITH aside AS MATERIALIZED (
    SELECT q.message_id
    FROM unnest($2::uuid[]) AS given (session_id)
    JOIN message_queue q ON q.session_id = given.session_id AND q.campaign_id = $1
    WHERE q.look_at = 'infinity'
    FOR UPDATE OF q SKIP LOCKED
)
UPDATE message_queue q SET look_at = now() FROM aside WHERE q.message_id = aside.message_id
