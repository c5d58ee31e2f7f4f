-- Takes alerts that are to be looked at, and sets their next look; each worker its own.
-- Index: idx_alerts_look_at.
UPDATE alerts a SET look_at = $1::timestamptz + $2::interval
FROM (
    SELECT id FROM alerts WHERE active AND look_at <= $1 ORDER BY look_at LIMIT $3 FOR UPDATE SKIP LOCKED
) AS due, companies c
WHERE a.id = due.id AND c.id = a.company_id
RETURNING a.*, c.time_zone
