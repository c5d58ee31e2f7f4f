-- Whether a campaign has messages in the queue: due ones that may leave ($3), or any.
-- Index: idx_message_queue_campaign, one range per number.
SELECT EXISTS (
    SELECT FROM unnest($2::uuid[]) AS given (session_id)
    JOIN message_queue q ON q.session_id = given.session_id AND q.campaign_id = $1
    WHERE NOT $3::boolean OR (q.due_at <= now() AND q.look_at < 'infinity')
)
