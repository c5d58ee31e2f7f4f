-- How many of the newest $4 messages in a range pass a filter, and how many were looked at.
-- Uses idx_messages_company_id, or (narrow) the index of phones, campaigns or rules, in order; $4 bounds it.
SELECT count(*) FILTER (WHERE hit) AS hits, count(*) AS seen
FROM (
    SELECT coalesce(($5::uuid IS NULL OR event_id = $5)
        AND ($6::uuid IS NULL OR campaign_id = $6)
        AND ($7::uuid IS NULL OR rule_id = $7)
        AND ($8::uuid IS NULL OR session_id = $8)
        AND ($9::text IS NULL OR to_phone = $9)
        AND ($10::text IS NULL OR status = ANY (string_to_array($10, ',')))
        AND ($11::text IS NULL OR reason = $11), false) AS hit
    FROM messages
    WHERE company_id = $1 /*narrow*/ AND created_at >= $2 AND created_at < $3
    ORDER BY created_at DESC, id DESC
    LIMIT $4
) AS looked_at
