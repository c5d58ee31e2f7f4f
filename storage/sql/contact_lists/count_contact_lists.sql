-- How many lists a company has, up to 10,001.
-- Uses idx_contact_lists_company_id.
SELECT count(*) FROM (SELECT FROM contact_lists WHERE company_id = $1 LIMIT 10001) AS found
