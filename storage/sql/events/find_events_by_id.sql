-- Which of these events pass the filters; $13 are the times inside their ids ($4).
-- Uses the partitions' primary keys, one partition per event.
SELECT id, created_at, hit, position
FROM (
    SELECT id, created_at, row_number() OVER () AS position, coalesce(created_at >= $2 AND created_at < $3 AND ($5::text IS NULL OR event_type = $5)
        AND ($6::text IS NULL OR source = $6)
        AND ($7::uuid IS NULL OR webhook_id = $7)
        AND ($8::text IS NULL OR state = $8)
        AND ($9::text IS NULL OR external_id = $9)
        AND ($10::text IS NULL OR order_id = $10)
        AND ($11::text IS NULL OR customer_phone = $11)
        AND ($12::jsonb IS NULL OR payload @> $12), false) AS hit
    FROM (
        SELECT e.*
        FROM unnest($4::uuid[], $13::timestamptz[]) AS place (id, created_at)
        JOIN incoming_events e ON e.id = place.id AND e.created_at = place.created_at
        WHERE e.company_id = $1
    ) AS seen
) AS numbered
WHERE hit
