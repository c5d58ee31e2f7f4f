-- Takes in what people said about messages, one word per person and kind; an older word than the one known changes nothing.
-- Uses the table's primary key.
INSERT INTO suppressions AS known (company_id, phone, kind, active, source, at, event_id)
SELECT company_id, phone, kind, active, source, at, event_id
FROM unnest($1::uuid[], $2::text[], $3::boolean[], $4::text[], $5::timestamptz[], $6::text[], $7::uuid[])
    AS heard (company_id, phone, active, source, at, kind, event_id)
ON CONFLICT (company_id, phone, kind) DO UPDATE
SET active = excluded.active, source = excluded.source, at = excluded.at, event_id = excluded.event_id
WHERE excluded.at >= known.at
