-- What the live topics show of companies' sessions.
-- Index: idx_sessions_company_id.
SELECT id, company_id, name, transport, phone, state, reason
FROM sessions WHERE company_id = ANY($1::uuid[]) AND deleted_at IS NULL
