-- A session's sends of unknown outcome inside their grace time, to be recognised by a late receipt or echo.
-- Index: none for uncertain_messages (a handful of rows), primary key of each message.
SELECT m.id, m.to_phone, m.text, m.updated_at
FROM uncertain_messages u
JOIN messages m ON m.id = u.message_id AND m.created_at = masteria_id_time(u.message_id)
WHERE u.session_id = $1
ORDER BY m.id
LIMIT 1000
