-- How many files of contacts a company has, up to 10,001.
-- Uses idx_contact_imports_company_id.
SELECT count(*) FROM (SELECT FROM contact_imports WHERE company_id = $1 AND bytes > 0 LIMIT 10001) AS found
