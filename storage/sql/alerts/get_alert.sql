-- One alert.
-- Index: alerts_pkey.
SELECT * FROM alerts WHERE company_id = $1 AND id = $2
