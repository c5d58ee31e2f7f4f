-- Told, or given up; nothing where another has done it.
-- Index: alert_sends_pkey.
DELETE FROM alert_sends WHERE id = $1 RETURNING id
