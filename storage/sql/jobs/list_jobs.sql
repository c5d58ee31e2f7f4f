-- A company's jobs, newest first, behind a cursor; of one kind, state or schedule ('running' is 'queued' too).
-- Uses idx_jobs_company_id, in order; finished jobs are forgotten after 90 days, which bounds what a filter reads.
SELECT id, company_id, kind, state, params, cursor, result, done, total, errors, error, cancel_requested, not_before,
    failures, schedule_id, created_at, started_at, finished_at, created_by
FROM jobs
WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid)
    AND ($5::text IS NULL OR kind = $5)
    AND ($6::text IS NULL OR state = $6 OR ($6 = 'running' AND state = 'queued'))
    AND ($7::uuid IS NULL OR schedule_id = $7)
ORDER BY created_at DESC, id DESC
LIMIT $4
