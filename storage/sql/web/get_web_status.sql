-- How a company's WhatsApp-Web session stood when its process last wrote it down.
-- Index: primary keys of sessions and web_sessions.
SELECT w.status, w.updated_at
FROM sessions s
JOIN web_sessions w ON w.session_id = s.id
WHERE s.company_id = $1 AND s.id = $2 AND s.deleted_at IS NULL
