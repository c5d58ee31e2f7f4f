-- Writes what a look at an alert came to; nothing where it was changed or looked at meanwhile.
-- Index: alerts_pkey.
UPDATE alerts
SET state = $3, streak = $4, value = $5, looked_at = $6,
    state_since = CASE WHEN state = $3 THEN state_since ELSE $6 END
WHERE id = $1 AND active AND state = $2 AND updated_at = $7
RETURNING id
