-- These texts do not wait for their person any more.
-- Index: primary key of window_waits.
DELETE FROM window_waits WHERE session_id = $1 AND message_id = ANY($2::uuid[])
