-- Note that events are other readings of earlier ones.
-- Uses each partition's primary key (the range of created_at leaves those concerned).
UPDATE incoming_events AS e
SET replay_of = again.replay_of
FROM unnest($2::uuid[], $3::timestamptz[], $4::uuid[]) AS again (id, created_at, replay_of)
WHERE e.company_id = $1 AND e.id = again.id AND e.created_at = again.created_at AND e.created_at BETWEEN $5 AND $6
