-- Changes an alert; it is looked at anew, as if it had never been.
-- Index: alerts_pkey.
UPDATE alerts
SET name = $3, metric = $4, threshold = $5, window_s = $6, scope = $7, quiet = $8, channels = $9, active = $10,
    state = CASE WHEN metric = $4 AND threshold = $5 AND scope = $7 AND window_s = $6 AND active = $10 THEN state ELSE 'no_data' END,
    streak = 0, look_at = $11, updated_at = $11
WHERE company_id = $1 AND id = $2
RETURNING *
