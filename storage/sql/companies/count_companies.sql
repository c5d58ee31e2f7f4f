-- How many companies there are, up to 10,001.
-- Reads the (small) table.
SELECT count(*) FROM (SELECT 1 FROM companies LIMIT 10001) AS found
