-- Write how far a step came, in the step's own transaction and only under its fence and lease; nothing: it is not ours.
-- $6 true: finished. $9: seconds until the next step, for which the job is given back. Uses jobs_pkey.
UPDATE jobs
SET cursor = $3::jsonb, done = done + $4, errors = errors + $5, total = coalesce($7, total),
    result = coalesce($8::jsonb, result), failures = 0, error = NULL,
    state = CASE WHEN $6 THEN 'done' WHEN $9::float8 > 0 AND NOT cancel_requested THEN 'queued' ELSE state END,
    not_before = CASE WHEN $9::float8 > 0 THEN now() + make_interval(secs => $9) ELSE not_before END,
    lease_until = CASE WHEN $6 OR ($9::float8 > 0 AND NOT cancel_requested) THEN NULL ELSE clock_timestamp() + $10::interval END,
    finished_at = CASE WHEN $6 THEN clock_timestamp() ELSE NULL END
WHERE id = $1 AND fence = $2 AND state = 'running' AND lease_until > clock_timestamp()
RETURNING cancel_requested
