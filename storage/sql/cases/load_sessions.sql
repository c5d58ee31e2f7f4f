-- Sessions that the steps of cases send through.
-- Uses sessions_pkey.
SELECT id, transport, state FROM sessions
WHERE id = ANY($1::uuid[]) AND company_id = ANY($2::uuid[]) AND deleted_at IS NULL
