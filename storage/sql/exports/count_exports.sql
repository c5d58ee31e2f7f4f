-- How many exports a company has, up to 10,001.
-- Index: idx_exports_company_id.
SELECT count(*) FROM (SELECT 1 FROM exports WHERE company_id = $1 LIMIT 10001) AS counted
