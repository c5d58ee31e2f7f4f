-- Have an unfinished job stop: one that nobody runs is cancelled at once (and lets go of a dry run's examples), another at
-- its next step. Uses jobs_pkey.
UPDATE jobs
SET cancel_requested = true,
    state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
    finished_at = CASE WHEN state = 'queued' THEN now() ELSE finished_at END,
    cursor = CASE WHEN state = 'queued' THEN cursor #- '{tally,samples}' ELSE cursor END
WHERE company_id = $1 AND id = $2 AND state IN ('queued', 'running')
RETURNING state
