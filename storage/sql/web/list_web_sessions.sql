-- The WhatsApp-Web sessions that need a process of their own.
-- Index: none (a table of few rows; read at the supervisor's start and when a session was changed).
SELECT id FROM sessions WHERE transport = 'web' AND deleted_at IS NULL ORDER BY id
