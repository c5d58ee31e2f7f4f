-- Schedules that are due, with their company's time zone; locked until their jobs are made.
-- Uses idx_schedules_next_run_at.
SELECT s.id, s.company_id, s.kind, s.subject_id, s.params, s.every_s, s.jitter_s, s.cron, s.next_run_at, c.time_zone
FROM schedules s
JOIN companies c ON c.id = s.company_id
WHERE s.active AND s.next_run_at <= $1
ORDER BY s.next_run_at
LIMIT $2
FOR UPDATE OF s SKIP LOCKED
