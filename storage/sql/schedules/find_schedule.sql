-- The schedule of a subject with the state of its last job.
-- Uses idx_schedules_subject_id and jobs_pkey.
SELECT s.id, s.company_id, s.kind, s.subject_id, s.params, s.every_s, s.jitter_s, s.cron, s.next_run_at, s.last_run_at,
    s.last_job_id, j.state AS last_state, s.active, s.created_at, s.updated_at
FROM schedules s
LEFT JOIN jobs j ON j.id = s.last_job_id
WHERE s.company_id = $1 AND s.kind = $2 AND s.subject_id = $3
