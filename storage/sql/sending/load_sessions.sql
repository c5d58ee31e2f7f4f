-- The sessions that senders in this process may serve, with their sealed tokens; of one company or ($1 NULL) of all.
-- Index: idx_sessions_company_id; read at start and when a session was changed.
SELECT s.id, s.company_id, s.transport, s.phone_number_id, s.waba_id, s.app_id, s.token_sealed, s.throughput, s.state,
       s.reason, s.token_hash, s.tier, masteria_session_options(s.options, c.quiet_hours) AS options, s.created_at,
       c.time_zone
FROM sessions s
JOIN companies c ON c.id = s.company_id
WHERE s.deleted_at IS NULL AND s.transport IN ('cloud', 'simulator') AND ($1::uuid IS NULL OR s.company_id = $1)
