-- A changed session; a token (sealed) only if a new one is given.
-- Who is resumed or given a token is not stopped by what was refused before (resumed_at).
-- Uses sessions_pkey; idx_sessions_phone_number_id decides whether the number is free in the installation.
UPDATE sessions
SET name = $3, phone = $4, phone_number_id = $5, waba_id = $6, app_id = $7, token_sealed = coalesce($8, token_sealed),
    throughput = $9, tier = $10, state = $11, reason = $12, resume_at = $13, options = $14,
    resumed_at = CASE WHEN ($11 = 'active' AND state <> 'active') OR $8 IS NOT NULL THEN now() ELSE resumed_at END,
    updated_at = now()
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
RETURNING id, company_id, name, transport, phone, phone_number_id, waba_id, app_id, throughput, tier, state, reason, resume_at,
    quality, notice, notice_detail, notice_at, options, created_at, updated_at
