-- What every company's counters add up to since the beginning.
-- Index: metric_periods_pkey, one range per company.
SELECT p.company_id, p.kind, p.key, p.session_id, p.value
FROM unnest($1::uuid[]) AS wanted (company_id)
CROSS JOIN LATERAL (
    SELECT * FROM metric_periods m
    WHERE m.company_id = wanted.company_id AND m.step_s = 0 AND m.start = 'epoch'::timestamptz
        AND m.kind = ANY($2::text[])
) AS p
WHERE p.value <> 0
