-- The sessions that senders in this process may serve, with their sealed tokens; of one company or ($1 NULL) of all.
-- Index: idx_sessions_company_id; read at start and when a session was changed.
SELECT id, company_id, transport, phone_number_id, waba_id, app_id, token_sealed, throughput, state, reason
FROM sessions
WHERE deleted_at IS NULL AND transport IN ('cloud', 'simulator') AND ($1::uuid IS NULL OR company_id = $1)
