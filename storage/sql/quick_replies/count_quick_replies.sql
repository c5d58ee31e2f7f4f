-- How many quick replies a company has, up to 10,001.
-- Uses quick_replies_pkey.
SELECT count(*) FROM (SELECT 1 FROM quick_replies WHERE company_id = $1 LIMIT 10001) AS found
