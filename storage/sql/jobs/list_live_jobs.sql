-- The newest jobs of companies that somebody watches: all that changed lately are among them.
-- Uses idx_jobs_company_id, in order, once per company.
SELECT j.id, j.company_id, j.kind, j.state, j.result, j.done, j.total, j.errors, j.error, j.cancel_requested, j.schedule_id,
    j.created_at, j.started_at, j.finished_at, j.created_by
FROM unnest($1::uuid[]) AS watched(company_id)
CROSS JOIN LATERAL (
    SELECT *
    FROM jobs
    WHERE company_id = watched.company_id
    ORDER BY created_at DESC, id DESC
    LIMIT $2
) AS j
