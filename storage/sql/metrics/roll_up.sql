-- Adds counted deltas to the roll-ups, moves the watermarks, and what companies want told into outgoing_changes; the rows
-- deleted are the rows added, so two at once cannot count twice. Index: metric_deltas_pkey, the roll-ups' primary keys.
WITH gone AS (
    DELETE FROM metric_deltas d
    USING unnest($1::text[], $2::bigint[], $3::bigint[]) AS counted (writer, epoch, seq)
    WHERE d.writer = counted.writer AND d.epoch = counted.epoch AND d.seq <= counted.seq
    RETURNING d.writer, d.epoch, d.seq, d.committed_ms, d.data
), marked AS (
    INSERT INTO metric_watermarks (writer, epoch, seq)
    SELECT writer, epoch, max(seq) FROM gone GROUP BY writer, epoch ORDER BY writer, epoch
    ON CONFLICT (writer, epoch) DO UPDATE SET seq = greatest(metric_watermarks.seq, excluded.seq)
), told AS MATERIALIZED (
    SELECT (change->>0)::uuid AS company_id,
           to_timestamp(60 * CASE WHEN (change->>1)::bigint = 0 THEN committed_ms / 60000
                                  ELSE (change->>1)::bigint END) AS minute,
           change->>2 AS kind, change->>3 AS key, (change->>4)::uuid AS session_id,
           sum((change->>5)::bigint)::bigint AS value
    FROM gone CROSS JOIN LATERAL json_array_elements(data->'rows') AS change
    GROUP BY 1, 2, 3, 4, 5
), fresh AS MATERIALIZED (
    -- Words that come from outside: a company has at most 300 of a kind, the rest is 'other'.
    SELECT w.company_id, w.kind, w.key,
           row_number() OVER (PARTITION BY w.company_id, w.kind ORDER BY w.key) + known.number > 300 AS too_many
    FROM (SELECT DISTINCT company_id, kind, key FROM told WHERE kind IN ('event', 'error', 'source')) AS w
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT p.key) AS number, coalesce(bool_or(p.key = w.key), false) AS here
        FROM metric_periods p
        WHERE p.company_id = w.company_id AND p.step_s = 0 AND p.start = 'epoch'::timestamptz AND p.kind = w.kind
    ) AS known
    WHERE NOT known.here
), changes AS MATERIALIZED (
    SELECT company_id, minute, kind, CASE WHEN too_many THEN 'other' ELSE key END AS key, session_id,
           sum(value)::bigint AS value
    FROM told LEFT JOIN fresh USING (company_id, kind, key)
    GROUP BY 1, 2, 3, 4, 5
), minutes AS (
    INSERT INTO metric_minutes AS m (company_id, minute, kind, key, session_id, value)
    SELECT company_id, minute, kind, key, session_id, value FROM changes WHERE value <> 0
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (company_id, minute, kind, key, session_id) DO UPDATE SET value = m.value + excluded.value
), periods AS (
    INSERT INTO metric_periods AS p (company_id, step_s, start, kind, key, session_id, value)
    SELECT company_id, step_s,
           CASE step_s WHEN 0 THEN 'epoch'::timestamptz
                       ELSE to_timestamp(floor(extract(epoch FROM minute) / step_s) * step_s) END,
           kind, key, session_id, sum(value)
    FROM changes CROSS JOIN unnest(ARRAY[0, 3600, 86400]) AS step_s
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING sum(value) <> 0
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (company_id, step_s, start, kind, key, session_id) DO UPDATE SET value = p.value + excluded.value
), outbox AS (
    INSERT INTO outgoing_changes (event_type, company_id, subject_id, at_ms)
    SELECT entry->>0, (entry->>1)::uuid, (entry->>2)::uuid, committed_ms
    FROM gone CROSS JOIN LATERAL json_array_elements(data->'told') WITH ORDINALITY AS change (entry, place)
    ORDER BY committed_ms, writer, epoch, seq, place
)
SELECT count(*) FROM gone
