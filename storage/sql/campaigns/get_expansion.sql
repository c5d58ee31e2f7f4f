-- How far a campaign's recipients are written, and what they are made of.
-- Index: primary keys.
SELECT e.request, e.written, e.reached, e.finished_at, c.state, c.definition, c.parent_id, c.as_of
FROM campaign_expansions e
JOIN campaigns c ON c.id = e.campaign_id
WHERE e.campaign_id = $1 AND e.company_id = $2
