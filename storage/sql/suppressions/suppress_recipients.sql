-- No more marketing to the people whom these messages were for.
-- Uses each partition's primary key (the range of created_at leaves those concerned) and the table's own.
INSERT INTO suppressions AS known (company_id, phone, kind, active, source, at)
SELECT DISTINCT ON (m.company_id, m.to_phone) m.company_id, m.to_phone, 'marketing', true, given.source, $4
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS given (id, created_at, source)
JOIN messages m ON m.id = given.id AND m.created_at = given.created_at
WHERE m.created_at BETWEEN $5 AND $6
ORDER BY m.company_id, m.to_phone
ON CONFLICT (company_id, phone, kind) DO UPDATE
SET active = true, source = excluded.source, at = excluded.at
WHERE excluded.at >= known.at AND NOT known.active
