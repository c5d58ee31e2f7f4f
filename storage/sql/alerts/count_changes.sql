-- How often an alert changed its state, up to 10,001.
-- Index: idx_alert_changes_alert_id.
SELECT count(*) FROM (SELECT FROM alert_changes WHERE alert_id = $1 AND company_id = $2 LIMIT 10001) AS found
