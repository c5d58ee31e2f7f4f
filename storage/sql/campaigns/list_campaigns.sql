-- A company's campaigns, newest first, behind a position.
-- Index: idx_campaigns_company_id.
SELECT c.id, c.company_id, c.name, c.state, c.definition, c.parent_id, c.origin, c.made_to, c.stalled, c.next_run_at,
       c.as_of, c.created_by, c.created_at, c.updated_at, c.started_at, c.moved_at, c.finished_at,
       coalesce(e.written, 0) AS written, e.finished_at AS expanded_at, e.job_id, j.state AS job_state
FROM campaigns c
LEFT JOIN campaign_expansions e ON e.campaign_id = c.id
LEFT JOIN jobs j ON j.id = e.job_id
WHERE c.company_id = $1 AND (c.created_at, c.id) < ($2, $3) AND ($5::text IS NULL OR c.state = $5)
    AND ($6::uuid IS NULL OR c.parent_id = $6)
ORDER BY c.created_at DESC, c.id DESC
LIMIT $4
