-- A new alert.
-- Index: alerts_pkey; refused if the company has 100 already.
INSERT INTO alerts (id, company_id, name, metric, threshold, window_s, scope, quiet, channels, active, state_since,
    look_at, created_at, updated_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $11, $11
WHERE (SELECT count(*) FROM alerts WHERE company_id = $2) < 100
RETURNING id
