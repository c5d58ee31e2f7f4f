-- How many messages a company has in a time range, up to $4; the oldest first, because vacuum has been there.
-- Uses idx_messages_company_id alone, or (narrow) that of phones, in the same order (index-only where vacuum has been).
SELECT count(*)
FROM (
    SELECT 1
    FROM messages
    WHERE company_id = $1 /*narrow*/ AND created_at >= $2 AND created_at < $3
    ORDER BY created_at, id
    LIMIT $4
) AS found
