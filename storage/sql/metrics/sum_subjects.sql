-- A company's sums of one kind by subject (number, rule, template or campaign), and the watermarks of the same snapshot.
-- Index: metric_periods_pkey and metric_minutes_pkey, one range per stretch; metric_watermarks_pkey.
-- OFFSET 0 keeps each stretch a range of its own: flattened into one join, all rows are compared with all stretches.
WITH stretches AS MATERIALIZED (
    SELECT * FROM unnest($2::integer[], $3::timestamptz[], $4::timestamptz[]) AS given (step_s, since, until)
), rows AS (
    SELECT p.session_id, p.key, p.value
    FROM stretches s
    CROSS JOIN LATERAL (
        SELECT * FROM metric_periods m
        WHERE m.company_id = $1 AND m.step_s = s.step_s AND m.start >= s.since AND m.start < s.until
            AND m.kind = $5
        OFFSET 0
    ) AS p
    WHERE s.step_s > 60
    UNION ALL
    SELECT p.session_id, p.key, p.value
    FROM stretches s
    CROSS JOIN LATERAL (
        SELECT * FROM metric_minutes m
        WHERE m.company_id = $1 AND m.minute >= s.since AND m.minute < s.until AND m.kind = $5
        OFFSET 0
    ) AS p
    WHERE s.step_s = 60
)
SELECT session_id, key, sum(value)::bigint AS value, NULL::bigint AS epoch FROM rows
GROUP BY session_id, key
HAVING sum(value) <> 0
UNION ALL
SELECT NULL, w.writer, w.seq, w.epoch
FROM unnest($6::text[], $7::bigint[]) AS asked (writer, epoch)
JOIN metric_watermarks w ON w.writer = asked.writer AND w.epoch = asked.epoch
