-- Take the schedule of a subject away.
-- Uses idx_schedules_subject_id.
DELETE FROM schedules WHERE company_id = $1 AND kind = $2 AND subject_id = $3
