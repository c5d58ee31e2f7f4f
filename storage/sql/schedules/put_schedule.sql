-- A new schedule, or another plan for the one that its subject has; whether it is paused stays as it is.
-- Uses idx_schedules_subject_id.
INSERT INTO schedules (id, company_id, kind, subject_id, params, every_s, jitter_s, cron, next_run_at, active, created_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11)
ON CONFLICT (company_id, kind, subject_id) WHERE subject_id IS NOT NULL
DO UPDATE SET params = excluded.params, every_s = excluded.every_s, jitter_s = excluded.jitter_s, cron = excluded.cron,
    next_run_at = excluded.next_run_at, updated_at = now()
RETURNING id
