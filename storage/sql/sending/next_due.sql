-- When the next message is due, in seconds from now.
-- Index: idx_message_queue_look_at.
SELECT extract(epoch FROM look_at - clock_timestamp())::float8
FROM message_queue WHERE look_at < 'infinity' ORDER BY look_at LIMIT 1
