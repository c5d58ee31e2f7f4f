-- Another job for recipients that are not all written: it goes on where the last one stopped.
-- Index: primary keys.
UPDATE campaign_expansions e SET job_id = $3
FROM jobs j
WHERE e.campaign_id = $1 AND e.company_id = $2 AND e.finished_at IS NULL
    AND j.id = e.job_id AND j.state NOT IN ('queued', 'running')
RETURNING e.campaign_id
