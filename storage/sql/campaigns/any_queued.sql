-- Whether a campaign has messages in the queue: due ones that may leave ($3), or any.
-- Index: idx_message_queue_campaign, one range per number.
SELECT EXISTS (
    SELECT FROM unnest($2::uuid[]) AS given (session_id)
    CROSS JOIN LATERAL (
        SELECT FROM message_queue q
        WHERE q.session_id = given.session_id AND q.campaign_id = $1
            AND (NOT $3::boolean OR (q.due_at <= now() AND q.look_at < 'infinity'))
        ORDER BY q.due_at
        LIMIT 1
    ) AS queued
)
