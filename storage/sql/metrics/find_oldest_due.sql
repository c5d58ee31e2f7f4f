-- When each session's longest waiting message was due.
-- Index: idx_message_queue_session, the first row of each session.
SELECT asked.session_id, q.due_at
FROM unnest($1::uuid[]) AS asked (session_id)
CROSS JOIN LATERAL (
    SELECT m.due_at FROM message_queue m WHERE m.session_id = asked.session_id ORDER BY m.due_at LIMIT 1
) AS q
