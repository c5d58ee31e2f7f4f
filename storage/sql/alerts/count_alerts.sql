-- How many alerts a company has.
-- Index: idx_alerts_company_id; at most 100.
SELECT count(*) FROM alerts WHERE company_id = $1
