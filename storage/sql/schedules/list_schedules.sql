-- A company's schedules, newest first, behind a cursor, each with the state of its last job.
-- Uses idx_schedules_company_id, in order, and jobs_pkey.
SELECT s.id, s.company_id, s.kind, s.subject_id, s.params, s.every_s, s.jitter_s, s.cron, s.next_run_at, s.last_run_at,
    s.last_job_id, j.state AS last_state, s.active, s.created_at, s.updated_at
FROM schedules s
LEFT JOIN jobs j ON j.id = s.last_job_id
WHERE s.company_id = $1 AND (s.created_at, s.id) < ($2, $3::uuid)
    AND ($5::text IS NULL OR s.kind = $5) AND ($6::uuid IS NULL OR s.subject_id = $6)
ORDER BY s.created_at DESC, s.id DESC
LIMIT $4
