-- Since when a company's sums of a step are known.
-- Index: metric_periods_pkey and metric_minutes_pkey, their first row.
SELECT CASE WHEN $2::integer = 60
            THEN (SELECT min(minute) FROM metric_minutes WHERE company_id = $1)
            ELSE (SELECT min(start) FROM metric_periods WHERE company_id = $1 AND step_s = $2) END
