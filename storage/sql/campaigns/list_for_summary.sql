-- Campaigns that began in a period, newest first, with how many recipients each has.
-- Index: idx_campaigns_company_id; campaign_expansions' primary key.
SELECT c.id, c.name, c.state, e.written
FROM campaigns c
JOIN campaign_expansions e ON e.campaign_id = c.id
WHERE c.company_id = $1 AND c.started_at >= $2 AND c.started_at < $3 AND ($4::text IS NULL OR c.state = $4)
ORDER BY c.created_at DESC, c.id DESC
LIMIT $5
