-- One job of a company.
-- Uses jobs_pkey.
SELECT id, company_id, kind, state, params, cursor, result, done, total, errors, error, cancel_requested, not_before,
    failures, schedule_id, created_at, started_at, finished_at, created_by
FROM jobs
WHERE company_id = $1 AND id = $2
