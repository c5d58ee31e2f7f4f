-- States of campaigns that somebody watches, and how many recipients each has.
-- Index: primary keys.
SELECT c.id, c.company_id, c.state, c.stalled, c.updated_at, coalesce(e.written, 0) AS written
FROM campaigns c
LEFT JOIN campaign_expansions e ON e.campaign_id = c.id
WHERE c.id = ANY($1::uuid[])
