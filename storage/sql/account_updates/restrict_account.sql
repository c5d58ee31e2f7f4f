-- An account may not send: its sessions pause (until $5, or until somebody acts), or stop for good.
-- Uses idx_sessions_waba_id.
UPDATE sessions
SET state = $3, reason = $4, resume_at = $5, updated_at = $6
WHERE waba_id = $2 AND company_id = $1 AND deleted_at IS NULL
    AND (state = 'active' OR (state = 'paused' AND ($3 = 'stopped' OR reason LIKE 'account\_%')))
RETURNING id, name
