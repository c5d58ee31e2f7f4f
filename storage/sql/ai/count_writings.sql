-- How many pieces of models' writing a company has, up to 10,001.
-- Uses idx_ai_writings_created_at.
SELECT count(*) FROM (SELECT FROM ai_writings WHERE company_id = $1 LIMIT 10001) AS writings
