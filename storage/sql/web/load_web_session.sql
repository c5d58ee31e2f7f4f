-- One WhatsApp-Web session with its settings and what its process remembered.
-- Index: primary keys of sessions, companies and web_sessions.
SELECT s.company_id, s.phone, s.state, s.reason, s.resume_at,
       masteria_session_options(s.options, c.quiet_hours) AS options, c.time_zone, w.status, w.memory
FROM sessions s
JOIN companies c ON c.id = s.company_id
LEFT JOIN web_sessions w ON w.session_id = s.id
WHERE s.id = $1 AND s.transport = 'web' AND s.deleted_at IS NULL
