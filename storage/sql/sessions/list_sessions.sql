-- A company's sessions, newest first, behind a cursor.
-- Uses idx_sessions_company_id.
SELECT id, company_id, name, transport, phone, phone_number_id, waba_id, app_id, throughput, tier, state, reason, resume_at,
    quality, notice, notice_detail, notice_at, options, created_at, updated_at
FROM sessions
WHERE company_id = $1 AND deleted_at IS NULL AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $4
