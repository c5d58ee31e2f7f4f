-- How many campaigns a company has, up to 10,001.
-- Index: idx_campaigns_company_id.
SELECT count(*) FROM (
    SELECT 1 FROM campaigns
    WHERE company_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR parent_id = $3)
    ORDER BY created_at DESC, id DESC
    LIMIT 10001
) AS found
