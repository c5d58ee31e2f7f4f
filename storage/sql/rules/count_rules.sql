-- How many rules a company has, up to 10,001.
-- Uses idx_rules_company_id.
SELECT count(*) FROM (SELECT 1 FROM rules WHERE company_id = $1 AND deleted_at IS NULL LIMIT 10001) AS found
