-- What the counters say of campaigns, in one snapshot: what is rolled up, and the deltas that are not yet.
-- Index: metric_periods_pkey, one range; metric_deltas holds a few seconds of work.
SELECT subject, kind, key, sum(value)::bigint AS value
FROM (
    SELECT p.session_id AS subject, p.kind, p.key, p.value
    FROM metric_periods p
    WHERE p.company_id = $1 AND p.step_s = 0 AND p.start = 'epoch'::timestamptz
        AND p.kind = ANY($3::text[]) AND p.session_id = ANY($2::uuid[])
    UNION ALL
    SELECT (change->>4)::uuid, change->>2, change->>3, (change->>5)::bigint
    FROM metric_deltas d
    CROSS JOIN LATERAL json_array_elements(d.data->'rows') AS change
    WHERE change->>2 = ANY($3::text[]) AND (change->>0)::uuid = $1 AND (change->>4)::uuid = ANY($2::uuid[])
) AS every
GROUP BY 1, 2, 3
HAVING sum(value) <> 0
