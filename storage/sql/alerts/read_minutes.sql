-- A company's minutes of some kinds, of some numbers (or sources) or all.
-- Index: metric_minutes_pkey, one range.
SELECT minute, kind, key, sum(value)::bigint AS value FROM metric_minutes
WHERE company_id = $1 AND minute >= $2 AND minute < $3 AND kind = ANY($4::text[])
    AND (cardinality($5::uuid[]) = 0 OR session_id = ANY($5))
    AND (cardinality($6::text[]) = 0 OR key = ANY($6))
GROUP BY minute, kind, key
HAVING sum(value) <> 0
ORDER BY minute
