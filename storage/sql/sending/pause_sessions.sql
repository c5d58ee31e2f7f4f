-- An answer of WhatsApp stops a session and, where it concerns the account or the app, the company's others of it.
-- Index: primary key, idx_sessions_company_id.
UPDATE sessions
SET state = 'paused', reason = $3, resume_at = $4, updated_at = now()
WHERE company_id = $1 AND deleted_at IS NULL AND state = 'active'
    AND (id = ANY($2::uuid[]) OR waba_id = $5 OR app_id = $6)
RETURNING id
