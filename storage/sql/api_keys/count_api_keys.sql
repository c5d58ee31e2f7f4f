-- How many keys a company has, up to 10,001.
-- Uses idx_api_keys_company_id.
SELECT count(*) FROM (SELECT 1 FROM api_keys WHERE company_id = $1 LIMIT 10001) AS found
