-- How many people want no messages of a kind, up to 10,001.
-- Uses idx_suppressions_at.
SELECT count(*) FROM (SELECT FROM suppressions WHERE company_id = $1 AND kind = $2 AND active ORDER BY at DESC LIMIT 10001) AS found
