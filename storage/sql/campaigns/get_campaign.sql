-- One campaign with how far its recipients are written.
-- Index: campaigns' and campaign_expansions' primary keys, the job's.
SELECT c.id, c.company_id, c.name, c.state, c.definition, c.parent_id, c.origin, c.made_to, c.stalled, c.next_run_at,
       c.as_of, c.created_by, c.created_at, c.updated_at, c.started_at, c.moved_at, c.finished_at,
       coalesce(e.written, 0) AS written, e.finished_at AS expanded_at, e.job_id, j.state AS job_state
FROM campaigns c
LEFT JOIN campaign_expansions e ON e.campaign_id = c.id
LEFT JOIN jobs j ON j.id = e.job_id
WHERE c.id = $1 AND c.company_id = $2
