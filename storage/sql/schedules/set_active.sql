-- Pause a schedule, or let it go on at a time.
-- Uses schedules_pkey.
UPDATE schedules
SET active = $3, next_run_at = coalesce($4, next_run_at), updated_at = now()
WHERE company_id = $1 AND id = $2
RETURNING id
