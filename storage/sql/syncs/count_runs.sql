-- How many runs a sync has had, up to 10,001.
-- Uses idx_history_sync_runs_sync_id.
SELECT count(*)
FROM (SELECT 1 FROM history_sync_runs WHERE company_id = $1 AND sync_id = $2 LIMIT 10001) AS found
