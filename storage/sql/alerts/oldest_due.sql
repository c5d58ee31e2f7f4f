-- For how many seconds the longest waiting message of a company's numbers is due.
-- Index: idx_sessions_company_id, idx_message_queue_session: the first row of each number.
SELECT extract(epoch FROM $2::timestamptz - min(q.due_at))::float8
FROM sessions s
CROSS JOIN LATERAL (
    SELECT m.due_at FROM message_queue m WHERE m.session_id = s.id ORDER BY m.due_at LIMIT 1
) AS q
WHERE s.company_id = $1 AND s.deleted_at IS NULL AND (cardinality($3::uuid[]) = 0 OR s.id = ANY($3))
