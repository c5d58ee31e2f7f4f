-- The numbers of a campaign that still exist, and how many of its messages wait for each, set aside or not.
-- Index: sessions' primary key; idx_message_queue_campaign, one range per number, bounded.
SELECT s.id, s.transport, s.state, s.reason, s.throughput, q.ready, q.waiting, q.aside
FROM sessions s
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE due_at <= now() + interval '2 s' AND look_at < 'infinity') AS ready,
           count(*) FILTER (WHERE due_at > now() + interval '2 s' OR look_at = 'infinity') AS waiting,
           count(*) FILTER (WHERE look_at = 'infinity') AS aside
    FROM (
        SELECT due_at, look_at FROM message_queue
        WHERE session_id = s.id AND campaign_id = $3
        LIMIT 45000
    ) AS mine
) AS q
WHERE s.id = ANY($2::uuid[]) AND s.company_id = $1 AND s.deleted_at IS NULL
