-- Give back a job whose step failed, to be tried again later; only under its fence.
-- Uses jobs_pkey.
UPDATE jobs
SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'queued' END,
    finished_at = CASE WHEN cancel_requested THEN clock_timestamp() ELSE NULL END,
    failures = $3, error = $4, lease_until = NULL, not_before = clock_timestamp() + make_interval(secs => $5)
WHERE id = $1 AND fence = $2 AND state = 'running'
RETURNING id
