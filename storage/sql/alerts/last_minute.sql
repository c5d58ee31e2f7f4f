-- The newest minute since $2 in which events came (of these sources, or all), and whether any ever did.
-- Index: metric_minutes_pkey, backwards; metric_periods_pkey.
SELECT (
    SELECT minute FROM metric_minutes
    WHERE company_id = $1 AND minute >= $2 AND kind = $3 AND value > 0 AND (cardinality($4::text[]) = 0 OR key = ANY($4))
    ORDER BY minute DESC LIMIT 1
) AS minute, EXISTS (
    SELECT FROM metric_periods
    WHERE company_id = $1 AND step_s = 0 AND start = 'epoch'::timestamptz AND kind = $3
        AND (cardinality($4::text[]) = 0 OR key = ANY($4))
) AS known
