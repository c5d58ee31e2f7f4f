-- What a person has said about messages counts for their new number too, unless that has a newer word.
-- Uses the table's primary key.
INSERT INTO suppressions AS known (company_id, phone, kind, active, source, at, event_id)
SELECT company_id, $3, kind, active, source, at, event_id
FROM suppressions
WHERE company_id = $1 AND phone = $2
ON CONFLICT (company_id, phone, kind) DO UPDATE
SET active = excluded.active, source = excluded.source, at = excluded.at, event_id = excluded.event_id
WHERE excluded.at > known.at
