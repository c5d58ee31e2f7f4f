-- Takes the oldest changes that are to be told; who else takes some gets the following ones.
-- Index: primary key.
DELETE FROM outgoing_changes
WHERE id IN (SELECT id FROM outgoing_changes ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id, company_id, event_type, subject_id, data, at_ms
