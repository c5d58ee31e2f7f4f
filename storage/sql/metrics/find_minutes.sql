-- The newest minutes before a time in which a company has something of a kind, by days, then hours, then minutes.
-- Index: metric_periods_pkey and metric_minutes_pkey; at most $7 days and the minutes of 60 hours.
WITH days AS MATERIALIZED (
    SELECT start FROM metric_periods
    WHERE company_id = $1 AND step_s = 86400 AND start <= $5 AND start > $6::timestamptz - interval '1 day'
        AND kind = $2 AND (cardinality($3::text[]) = 0 OR key = ANY($3)) AND ($4::uuid IS NULL OR session_id = $4)
    GROUP BY start HAVING sum(value) > 0
    ORDER BY start DESC LIMIT $7
), hours AS (
    SELECT h.start, sum(h.value) OVER (ORDER BY h.start DESC) - h.value AS newer
    FROM days CROSS JOIN LATERAL (
        SELECT start, sum(value)::bigint AS value FROM metric_periods
        WHERE company_id = $1 AND step_s = 3600 AND start >= days.start AND start < days.start + interval '1 day'
            AND start <= $5 AND start > $6::timestamptz - interval '1 hour'
            AND kind = $2 AND (cardinality($3::text[]) = 0 OR key = ANY($3)) AND ($4::uuid IS NULL OR session_id = $4)
        GROUP BY start HAVING sum(value) > 0
    ) AS h
), taken AS MATERIALIZED (
    -- One hour more than is needed: the place to start from may lie inside the newest.
    SELECT start FROM hours WHERE newer < $8 ORDER BY start DESC LIMIT 60
), minutes AS (
    SELECT m.minute, m.value
    FROM taken CROSS JOIN LATERAL (
        SELECT minute, sum(value)::bigint AS value FROM metric_minutes
        WHERE company_id = $1 AND minute >= taken.start AND minute < taken.start + interval '1 hour'
            AND minute <= $5 AND minute > $6::timestamptz - interval '1 minute'
            AND kind = $2 AND (cardinality($3::text[]) = 0 OR key = ANY($3)) AND ($4::uuid IS NULL OR session_id = $4)
        GROUP BY minute HAVING sum(value) > 0
    ) AS m
)
SELECT minute, value, false AS more FROM minutes
UNION ALL
-- How far this reaches: what lies before it has not been looked at.
SELECT CASE WHEN reach.more_hours THEN reach.hour ELSE reach.day END, 0, reach.more_hours OR reach.days >= $7
FROM (
    SELECT (SELECT min(start) FROM taken) AS hour, (SELECT min(start) FROM days) AS day,
           (SELECT count(*) FROM days) AS days,
           EXISTS (SELECT FROM hours WHERE start < (SELECT min(start) FROM taken)) AS more_hours
) AS reach
WHERE reach.days > 0
ORDER BY minute DESC
