-- A company's sums over several stretches, each read from hours or days, and the watermarks of the same snapshot.
-- Index: metric_periods_pkey and metric_minutes_pkey, one range per stretch; metric_watermarks_pkey.
-- OFFSET 0 keeps each stretch a range of its own: flattened into one join, all rows are compared with all stretches.
WITH stretches AS MATERIALIZED (
    SELECT * FROM unnest($2::smallint[], $3::integer[], $4::timestamptz[], $5::timestamptz[])
        AS given (part, step_s, since, until)
), rows AS (
    SELECT s.part, p.kind, p.key, p.session_id, p.value
    FROM stretches s
    CROSS JOIN LATERAL (
        SELECT * FROM metric_periods m
        WHERE m.company_id = $1 AND m.step_s = s.step_s AND m.start >= s.since AND m.start < s.until
            AND m.kind = ANY($9::text[]) AND ($6::uuid IS NULL OR m.session_id = $6)
        OFFSET 0
    ) AS p
    WHERE s.step_s > 60
    UNION ALL
    SELECT s.part, p.kind, p.key, p.session_id, p.value
    FROM stretches s
    CROSS JOIN LATERAL (
        SELECT * FROM metric_minutes m
        WHERE m.company_id = $1 AND m.minute >= s.since AND m.minute < s.until
            AND m.kind = ANY($9::text[]) AND ($6::uuid IS NULL OR m.session_id = $6)
        OFFSET 0
    ) AS p
    WHERE s.step_s = 60
)
SELECT part, kind, array_agg(key) AS keys, array_agg(value) AS values, NULL::bigint AS epoch
FROM (SELECT part, kind, key, sum(value)::bigint AS value FROM rows GROUP BY part, kind, key) AS summed
GROUP BY part, kind
UNION ALL
SELECT NULL, 'watermark', ARRAY[w.writer], ARRAY[w.seq], w.epoch
FROM unnest($7::text[], $8::bigint[]) AS asked (writer, epoch)
JOIN metric_watermarks w ON w.writer = asked.writer AND w.epoch = asked.epoch
