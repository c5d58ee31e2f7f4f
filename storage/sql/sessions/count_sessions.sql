-- How many sessions a company has, up to 10,001.
-- Uses idx_sessions_company_id.
SELECT count(*) FROM (SELECT 1 FROM sessions WHERE company_id = $1 AND deleted_at IS NULL LIMIT 10001) AS found
