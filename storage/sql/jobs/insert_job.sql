-- A new job; of a schedule that has an unfinished one there is no second.
-- Uses jobs_pkey and idx_jobs_schedule_id.
INSERT INTO jobs (id, company_id, kind, params, total, not_before, created_at, created_by, schedule_id)
VALUES ($1, $2, $3, $4::jsonb, $5, coalesce($6, now()), $7, $8, $9)
ON CONFLICT (schedule_id) WHERE schedule_id IS NOT NULL AND state IN ('queued', 'running') DO NOTHING
