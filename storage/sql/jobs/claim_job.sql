-- Take one job whose time has come and that nobody holds; its fence is new, so that whoever held it cannot commit.
-- Of a company and kind the running one goes first. Uses idx_jobs_open and idx_jobs_running.
UPDATE jobs
SET state = 'running', owner = $1, fence = nextval('fences'), lease_until = now() + $2::interval,
    started_at = coalesce(started_at, now())
WHERE id = (
    SELECT j.id
    FROM jobs j
    WHERE j.state IN ('queued', 'running') AND j.not_before <= now() AND j.kind = ANY($3::text[])
        AND (j.lease_until IS NULL OR j.lease_until < now())
        AND (j.state = 'running' OR NOT EXISTS (
            SELECT FROM jobs r WHERE r.company_id = j.company_id AND r.kind = j.kind AND r.state = 'running'))
    ORDER BY j.not_before
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING id, company_id, kind, params, cursor, done, total, errors, failures, fence
