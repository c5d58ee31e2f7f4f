-- How many people a company has, up to 10,001.
-- Uses idx_memberships_company_id.
SELECT count(*) FROM (SELECT 1 FROM memberships WHERE company_id = $1 LIMIT 10001) AS found
