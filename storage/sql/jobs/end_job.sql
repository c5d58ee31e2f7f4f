-- End a job that was cancelled or has failed, only under its fence; the people a dry run had met as examples are let go.
-- Uses jobs_pkey.
UPDATE jobs
SET state = $3, error = $4, lease_until = NULL, finished_at = clock_timestamp(), cursor = cursor #- '{tally,samples}'
WHERE id = $1 AND fence = $2 AND state = 'running'
RETURNING id
