-- Keeps that a person has written to a session.
-- Index: primary key of web_chats.
INSERT INTO web_chats (session_id, phone, answered_at)
SELECT s.id, $2, $3 FROM sessions s WHERE s.id = $1
ON CONFLICT (session_id, phone) DO UPDATE SET answered_at = greatest(web_chats.answered_at, excluded.answered_at)
