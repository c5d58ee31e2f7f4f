-- How many messages a company has in a time range, up to $4.
-- Uses idx_messages_company_id alone (index-only where vacuum has been).
SELECT count(*)
FROM (
    SELECT 1
    FROM messages
    WHERE company_id = $1 AND created_at >= $2 AND created_at < $3
    LIMIT $4
) AS found
