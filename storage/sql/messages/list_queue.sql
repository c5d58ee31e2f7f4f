-- What waits to be sent, by session and lane: how many (the $2 that are due first, per session), how many are due,
-- held or in a sender's hands, the oldest due time and the next one. Uses idx_sessions_company_id and idx_message_queue_session.
SELECT s.id AS session_id, q.lane, count(*) AS depth, count(*) FILTER (WHERE q.due_at <= $3 AND q.look_at <> 'infinity') AS due,
    count(*) FILTER (WHERE q.look_at = 'infinity') AS held,
    min(q.due_at) FILTER (WHERE q.look_at <> 'infinity') AS oldest_due_at,
    min(q.due_at) FILTER (WHERE q.due_at > $3 AND q.look_at <> 'infinity') AS next_due_at
FROM sessions s
CROSS JOIN LATERAL (
    SELECT lane, due_at, look_at
    FROM message_queue
    WHERE session_id = s.id
    ORDER BY due_at
    LIMIT $2
) AS q
WHERE s.company_id = $1
GROUP BY s.id, q.lane
ORDER BY s.id, q.lane
