-- Every number that Meta's door may hear of, of one company or of all.
-- Uses idx_sessions_company_id, else reads all.
SELECT phone_number_id, id, company_id, app_id, waba_id
FROM sessions
WHERE phone_number_id IS NOT NULL AND deleted_at IS NULL AND ($1::uuid IS NULL OR company_id = $1)
