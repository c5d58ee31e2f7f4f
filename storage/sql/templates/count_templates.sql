-- How many templates a company has, up to 10,001.
-- Uses idx_templates_company_id.
SELECT count(*) FROM (SELECT 1 FROM templates WHERE company_id = $1 AND deleted_at IS NULL LIMIT 10001) AS found
