-- Set when schedules are due next, and what their last job was; infinity: never again.
-- Uses schedules_pkey.
UPDATE schedules AS s
SET next_run_at = due.next_run_at, last_run_at = CASE WHEN due.job_id IS NULL THEN s.last_run_at ELSE $4 END,
    last_job_id = coalesce(due.job_id, s.last_job_id)
FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) AS due(id, next_run_at, job_id)
WHERE s.id = due.id
