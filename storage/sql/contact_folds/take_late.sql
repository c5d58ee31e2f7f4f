-- Takes late events that nobody else is taking.
-- Uses the primary key.
DELETE FROM late_events
WHERE event_id IN (SELECT event_id FROM late_events ORDER BY event_id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING event_id
