-- An alert's change of state.
-- Index: alert_changes_pkey.
INSERT INTO alert_changes (id, alert_id, company_id, state, value, quiet, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
