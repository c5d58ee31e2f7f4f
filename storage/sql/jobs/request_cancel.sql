-- Have an unfinished job stop: one that nobody runs is cancelled at once, another at its next step.
-- Uses jobs_pkey.
UPDATE jobs
SET cancel_requested = true,
    state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
    finished_at = CASE WHEN state = 'queued' THEN now() ELSE finished_at END
WHERE company_id = $1 AND id = $2 AND state IN ('queued', 'running')
RETURNING state
