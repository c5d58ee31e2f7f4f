-- Why something could not be told.
-- Index: alert_sends_pkey.
UPDATE alert_sends SET error = $2 WHERE id = $1
