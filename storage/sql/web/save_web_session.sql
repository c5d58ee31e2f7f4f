-- What a session's process remembers; one that has lost its lease to a younger one writes nothing.
-- Index: primary key of web_sessions.
INSERT INTO web_sessions AS w (session_id, fence, status, memory, updated_at)
SELECT s.id, $2, $3, $4, now() FROM sessions s WHERE s.id = $1
ON CONFLICT (session_id) DO UPDATE
SET fence = excluded.fence, status = excluded.status, memory = excluded.memory, updated_at = excluded.updated_at
WHERE w.fence <= excluded.fence
