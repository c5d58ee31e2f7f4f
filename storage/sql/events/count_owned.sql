-- How many events of one webhook a company has in a time range, up to $4; the oldest first, because vacuum has been
-- there. Uses idx_incoming_events_webhook alone; whose they are, the newest one tells.
SELECT count(*)
FROM (
    SELECT 1
    FROM incoming_events
    WHERE created_at >= $2 AND created_at < $3 /*narrow*/
        AND $1::uuid = (
            SELECT company_id FROM incoming_events
            WHERE created_at >= $2 AND created_at < $3 /*narrow*/
            ORDER BY created_at DESC, id DESC
            LIMIT 1
        )
    ORDER BY created_at, id
    LIMIT $4
) AS found
