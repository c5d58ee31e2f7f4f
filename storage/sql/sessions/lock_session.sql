-- One of a company's sessions, locked until the change that is being made of it is stored.
-- Uses sessions_pkey.
SELECT id, company_id, name, transport, phone, phone_number_id, waba_id, app_id, throughput, tier, state, reason, resume_at,
    quality, notice, notice_detail, notice_at, options, created_at, updated_at
FROM sessions
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
FOR UPDATE
