-- Lets a sync rest for good, with its reason: its webhook is gone. Its schedule goes with it.
-- Uses history_syncs_pkey and idx_schedules_subject_id.
WITH gone AS (
    DELETE FROM schedules WHERE company_id = $1 AND kind = 'history_sync' AND subject_id = $2
)
UPDATE history_syncs
SET active = false, last_error = $3, last_error_at = $4, updated_at = $4
WHERE company_id = $1 AND id = $2
