-- What a session could send now beyond what its sender has in memory; moves the next look on like claim_due: $3 that
-- have waited longest, and half as many again from up to 64 campaigns in equal parts.
-- Index: idx_message_queue_session; idx_message_queue_campaign, one look-up per campaign.
WITH RECURSIVE every AS (
    (SELECT q.campaign_id FROM message_queue q
     WHERE q.session_id = $1 AND q.campaign_id IS NOT NULL ORDER BY q.campaign_id LIMIT 1)
    UNION ALL
    SELECT (SELECT q.campaign_id FROM message_queue q
            WHERE q.session_id = $1 AND q.campaign_id > e.campaign_id ORDER BY q.campaign_id LIMIT 1)
    FROM every e WHERE e.campaign_id IS NOT NULL
), campaigns AS MATERIALIZED (
    SELECT campaign_id FROM every WHERE campaign_id IS NOT NULL LIMIT 64
), chosen AS MATERIALIZED (
    (SELECT message_id FROM message_queue
     WHERE session_id = $1 AND due_at <= now() AND look_at < 'infinity' AND message_id <> ALL($2::uuid[])
     ORDER BY due_at
     LIMIT $3::integer)
    UNION
    SELECT turn.message_id
    FROM campaigns c
    CROSS JOIN LATERAL (
        SELECT q.message_id FROM message_queue q
        WHERE q.session_id = $1 AND q.campaign_id = c.campaign_id AND q.due_at <= now() AND q.look_at < 'infinity'
            AND q.message_id <> ALL($2::uuid[])
        ORDER BY q.due_at
        LIMIT $3::integer / 2 / (SELECT count(*) FROM campaigns)
    ) AS turn
    WHERE (SELECT count(*) FROM campaigns) > 1
), due AS MATERIALIZED (
    SELECT message_id FROM message_queue
    WHERE message_id = ANY(ARRAY(SELECT message_id FROM chosen)) AND due_at <= now() AND look_at < 'infinity'
    FOR UPDATE SKIP LOCKED
)
UPDATE message_queue q SET look_at = now() + $4::interval FROM due WHERE q.message_id = due.message_id
RETURNING q.message_id
