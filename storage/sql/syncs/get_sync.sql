-- One history sync with its schedule and the state of its last job.
-- Uses history_syncs_pkey, idx_schedules_subject_id and jobs_pkey.
SELECT s.id, s.company_id, s.webhook_id, s.source, s.setting_id, s.since, s.reached_at, s.active, s.automations, s.imported,
    s.duplicates, s.failed, s.last_error, s.last_error_at, s.created_at, s.updated_at,
    p.id AS schedule_id, p.next_run_at, p.last_run_at, p.active AS planned, p.every_s, p.last_job_id,
    j.state AS last_state
FROM history_syncs s
LEFT JOIN schedules p ON p.company_id = s.company_id AND p.kind = 'history_sync' AND p.subject_id = s.id
LEFT JOIN jobs j ON j.id = p.last_job_id
WHERE s.company_id = $1 AND s.id = $2 AND s.deleted_at IS NULL
