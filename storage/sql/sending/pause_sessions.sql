-- WhatsApp stops a session and, where it concerns token, app or account, the company's others of it. A pause with an end
-- gives way to a longer one; what somebody has resumed since ($6) stays.
-- Index: primary key, idx_sessions_company_id.
WITH hit AS MATERIALIZED (
    SELECT s.id
    FROM sessions s
    JOIN sessions told ON told.id = ANY($2::uuid[]) AND told.company_id = $1
    WHERE s.company_id = $1 AND s.deleted_at IS NULL
        AND (s.id = told.id
            OR ($5 = 'account' AND s.waba_id = told.waba_id)
            OR ($5 = 'app' AND s.app_id = told.app_id)
            OR ($5 = 'token' AND s.token_hash = told.token_hash))
        AND (s.resumed_at IS NULL OR s.resumed_at <= $6)
        AND (s.state = 'active'
            OR (s.state = 'paused' AND s.reason LIKE 'whatsapp\_%' AND s.resume_at < coalesce($4::timestamptz, 'infinity')))
    ORDER BY s.id
    FOR UPDATE OF s
)
UPDATE sessions s SET state = 'paused', reason = $3, resume_at = $4, updated_at = now()
FROM hit
WHERE s.id = hit.id
RETURNING s.id, s.name
