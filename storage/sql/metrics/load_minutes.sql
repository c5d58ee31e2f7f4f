-- Each company's minutes of a stretch of its own (the part of its day before the first whole hour; the last minutes).
-- Index: metric_minutes_pkey, one range per company.
SELECT p.company_id, p.minute, p.kind, p.key, p.session_id, p.value
FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS wanted (company_id, since, until)
CROSS JOIN LATERAL (
    SELECT * FROM metric_minutes m
    WHERE m.company_id = wanted.company_id AND m.minute >= wanted.since AND m.minute < wanted.until
        AND m.kind = ANY($4::text[])
) AS p
