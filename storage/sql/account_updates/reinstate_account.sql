-- An account may send again: the sessions that it had stopped go on.
-- Uses idx_sessions_waba_id.
UPDATE sessions
SET state = 'active', reason = NULL, resume_at = NULL, resumed_at = $3, updated_at = $3
WHERE waba_id = $2 AND company_id = $1 AND deleted_at IS NULL AND state = 'paused' AND reason LIKE 'account\_%'
RETURNING company_id
