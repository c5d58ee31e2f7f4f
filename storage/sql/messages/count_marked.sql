-- How many of the newest $4 marked messages in a range pass a filter, and how many were looked at; see scan_marked.
-- Uses marked_messages_pkey, in order for each status, and messages' primary key; $4 bounds it.
SELECT count(*) FILTER (WHERE m.company_id = $1
        AND ($5::uuid IS NULL OR event_id = $5)
        AND ($6::uuid IS NULL OR campaign_id = $6)
        AND ($7::uuid IS NULL OR rule_id = $7)
        AND ($8::uuid IS NULL OR session_id = $8)
        AND ($9::text IS NULL OR to_phone = $9)
        AND m.status = ANY (string_to_array($10, ','))
        AND ($11::text IS NULL OR reason = $11)) AS hits,
    count(*) AS seen
FROM (
    SELECT of_status.created_at, of_status.message_id
    FROM (SELECT DISTINCT unnest(string_to_array($10, ',')) AS status) AS wanted
    CROSS JOIN LATERAL (
        SELECT created_at, message_id FROM marked_messages
        WHERE company_id = $1 AND status = wanted.status AND created_at >= $2 AND created_at < $3
        ORDER BY created_at DESC, message_id DESC
        LIMIT $4
    ) AS of_status
    ORDER BY of_status.created_at DESC, of_status.message_id DESC
    LIMIT $4
) AS marked
LEFT JOIN messages m ON m.id = marked.message_id AND m.created_at = marked.created_at
