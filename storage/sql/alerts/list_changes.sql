-- When an alert changed its state, newest first.
-- Index: idx_alert_changes_alert_id.
SELECT id, state, value, quiet, created_at FROM alert_changes
WHERE alert_id = $1 AND company_id = $2 AND (created_at, id) < ($3, $4::uuid)
ORDER BY created_at DESC, id DESC LIMIT $5
