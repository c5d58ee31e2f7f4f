-- A sync's runs, newest first, behind a cursor, each with what its job says.
-- Uses idx_history_sync_runs_sync_id and jobs_pkey.
SELECT r.job_id AS id, r.job_id, r.since, r.reached_at, r.pages, r.imported, r.duplicates, r.failed, r.waits, r.warnings,
    r.error, r.error_status, r.entries, r.started_at, r.started_at AS created_at, r.updated_at, r.finished_at,
    j.state, j.error AS job_error, j.not_before, j.finished_at AS ended_at
FROM history_sync_runs r
LEFT JOIN jobs j ON j.id = r.job_id
WHERE r.company_id = $1 AND r.sync_id = $2 AND (r.started_at, r.job_id) < ($3, $4::uuid)
ORDER BY r.started_at DESC, r.job_id DESC
LIMIT $5
