-- Held messages outside the queue (their rule holds them for a person), by session and reason, among the $2 newest.
-- Uses idx_messages_company_id, in order, and message_queue_pkey.
SELECT session_id, split_part(reason, ':', 1) AS reason, count(*) AS held, min(created_at) AS oldest_at,
    NULL::timestamptz AS next_release_at
FROM (
    SELECT id, session_id, status, reason, created_at
    FROM messages
    WHERE company_id = $1
    ORDER BY created_at DESC, id DESC
    LIMIT $2
) AS newest
WHERE status = 'held' AND NOT EXISTS (SELECT FROM message_queue q WHERE q.message_id = newest.id)
GROUP BY session_id, split_part(reason, ':', 1)
