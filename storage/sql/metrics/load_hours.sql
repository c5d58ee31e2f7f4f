-- Each company's hours from a moment of its own (the first whole hour of its day).
-- Index: metric_periods_pkey, one range per company.
SELECT p.company_id, p.start, p.kind, p.key, p.session_id, p.value
FROM unnest($1::uuid[], $2::timestamptz[]) AS wanted (company_id, since)
CROSS JOIN LATERAL (
    SELECT * FROM metric_periods m
    WHERE m.company_id = wanted.company_id AND m.step_s = 3600 AND m.start >= wanted.since
        AND m.kind = ANY($3::text[])
) AS p
