-- The next held texts of a session behind a message, and whether each still waits.
-- Index: primary keys of window_waits and message_queue.
SELECT w.message_id, q.message_id IS NOT NULL AS waits, w.company_id, w.phone
FROM window_waits w
LEFT JOIN message_queue q ON q.message_id = w.message_id AND q.look_at = 'infinity'
WHERE w.session_id = $1 AND w.message_id > $2
ORDER BY w.message_id
LIMIT $3
