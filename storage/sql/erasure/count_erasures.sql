-- How many erasures a company has, up to 10,001.
-- Uses idx_erasures_company_id.
SELECT count(*) FROM (SELECT FROM erasures WHERE company_id = $1 LIMIT 10001) AS found
