-- Takes an alert away.
-- Index: alerts_pkey.
DELETE FROM alerts WHERE company_id = $1 AND id = $2 RETURNING id
