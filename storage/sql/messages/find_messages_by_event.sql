-- The messages of one event, at most $4 looked at.
-- Uses idx_messages_event_id.
SELECT id, created_at, hit, position
FROM (
    SELECT id, created_at, row_number() OVER () AS position,
        coalesce(company_id = $1 AND created_at >= $2 AND created_at < $3 AND ($5::uuid IS NULL OR event_id = $5)
        AND ($6::uuid IS NULL OR campaign_id = $6)
        AND ($7::uuid IS NULL OR rule_id = $7)
        AND ($8::uuid IS NULL OR session_id = $8)
        AND ($9::text IS NULL OR to_phone = $9)
        AND ($10::text IS NULL OR status = $10)
        AND ($11::text IS NULL OR reason = $11), false) AS hit
    FROM (
        SELECT *
        FROM messages
        WHERE event_id = $5
        LIMIT $4
    ) AS seen
) AS numbered
WHERE hit OR position = $4
