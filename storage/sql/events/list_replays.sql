-- The replays of an event with their runs, oldest first.
-- Uses event_replays_pkey.
SELECT job_id, at, runs
FROM event_replays
WHERE event_id = $2 AND company_id = $1
ORDER BY at
