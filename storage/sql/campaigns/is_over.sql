-- Whether nothing of a campaign can leave any more: no recipient without a message, none in the queue, none in flight.
-- Index: idx_campaign_recipients_pending, idx_message_queue_campaign, idx_dispatches_session (a small table).
-- The first by the order of that index: to EXISTS a table half of which is pending looks as if any row were soon found.
SELECT (
        SELECT true FROM campaign_recipients WHERE campaign_id = $1 AND message_id IS NULL
        ORDER BY session_id, contact_id LIMIT 1
    ) IS NULL
    AND NOT EXISTS (
        SELECT FROM unnest($2::uuid[]) AS given (session_id)
        CROSS JOIN LATERAL (
            SELECT FROM message_queue q
            WHERE q.session_id = given.session_id AND q.campaign_id = $1
            ORDER BY q.due_at
            LIMIT 1
        ) AS queued
    )
    AND NOT EXISTS (
        SELECT FROM dispatches d
        CROSS JOIN LATERAL unnest(d.message_ids) AS sent (id)
        JOIN campaign_recipients r ON r.message_id = sent.id
        WHERE d.session_id = ANY($2::uuid[]) AND r.campaign_id = $1
    )
