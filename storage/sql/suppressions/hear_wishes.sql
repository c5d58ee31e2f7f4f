-- Takes in what people said about marketing, one word per person; an older word than the one known changes nothing.
-- Uses the table's primary key.
INSERT INTO suppressions AS known (company_id, phone, kind, active, source, at)
SELECT company_id, phone, 'marketing', active, source, at
FROM unnest($1::uuid[], $2::text[], $3::boolean[], $4::text[], $5::timestamptz[])
    AS heard (company_id, phone, active, source, at)
ON CONFLICT (company_id, phone, kind) DO UPDATE
SET active = excluded.active, source = excluded.source, at = excluded.at
WHERE excluded.at >= known.at
