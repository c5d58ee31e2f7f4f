-- How many of the last active $2 conversations pass a filter, and how many were looked at.
-- Uses idx_conversations_last_at, or (narrow) that of state, assignee or unread, in order; $2 bounds it.
SELECT count(*) FILTER (WHERE hit) AS hits, count(*) AS seen
FROM (
    SELECT coalesce(($3::text IS NULL OR state = $3)
                AND ($4::uuid IS NULL OR assignee_id = $4)
                AND ($5::boolean IS NOT TRUE OR assignee_id IS NULL)
                AND ($6::uuid IS NULL OR session_id = $6)
                AND ($7::boolean IS NOT TRUE OR unread > 0)
                AND ($8::boolean IS NOT TRUE OR waiting_since IS NOT NULL)
                AND ($9::text IS NULL OR intent = $9)
                AND ($10::text IS NULL OR phone = $10)
                AND ($11::text IS NULL OR strpos(lower(name), $11) > 0), false) AS hit
    FROM conversations
    WHERE company_id = $1 /*narrow*/
    ORDER BY last_at DESC, id DESC
    LIMIT $2
) AS looked_at
