-- The jobs of due schedules; a schedule whose last job is unfinished makes none.
-- Uses idx_jobs_schedule_id.
INSERT INTO jobs (id, company_id, kind, params, created_at, created_by, schedule_id)
SELECT id, company_id, kind, params::jsonb, $6, 'schedule', schedule_id
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[]) AS new(id, company_id, kind, params, schedule_id)
ON CONFLICT (schedule_id) WHERE schedule_id IS NOT NULL AND state IN ('queued', 'running') DO NOTHING
RETURNING id, schedule_id
