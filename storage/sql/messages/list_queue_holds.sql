-- Held messages in the queue, by session and reason: of each session the $2 rows that are due first are looked at.
-- Uses idx_sessions_company_id, idx_message_queue_session, then each message's primary key (OFFSET 0 keeps it a look-up).
SELECT s.id AS session_id, split_part(m.reason, ':', 1) AS reason, count(*) FILTER (WHERE m.status = 'held') AS held,
    min(m.created_at) FILTER (WHERE m.status = 'held') AS oldest_at,
    min(q.look_at) FILTER (WHERE m.status = 'held' AND q.look_at <> 'infinity') AS next_release_at, count(*) AS seen
FROM sessions s
CROSS JOIN LATERAL (
    SELECT message_id, look_at FROM message_queue WHERE session_id = s.id ORDER BY due_at LIMIT $2
) AS q
CROSS JOIN LATERAL (
    SELECT status, CASE WHEN status = 'held' THEN reason END AS reason, created_at
    FROM messages
    WHERE id = q.message_id AND created_at = masteria_id_time(q.message_id)
    OFFSET 0
) AS m
WHERE s.company_id = $1
GROUP BY s.id, split_part(m.reason, ':', 1)
