-- Give back what a worker of this name held: it is draining, or it is a new one and the old is gone.
-- Uses idx_jobs_open.
UPDATE jobs
SET lease_until = NULL
WHERE state IN ('queued', 'running') AND owner = $1 AND lease_until IS NOT NULL
