-- The last $3 deliveries of a webhook with their bytes, newest first, as far as those are no more than $4 bytes.
-- Uses idx_deliveries_webhook.
SELECT id, created_at, event_id, content_type, headers, raw_body
FROM (
    SELECT id, created_at, event_id, content_type, headers, raw_body,
        sum(octet_length(raw_body)) OVER (ORDER BY created_at DESC, id DESC) AS bytes
    FROM (
        SELECT id, created_at, event_id, content_type, headers, raw_body
        FROM deliveries
        WHERE company_id = $1 AND webhook_id = $2 AND raw_body IS NOT NULL
        ORDER BY created_at DESC, id DESC
        LIMIT $3
    ) AS newest
) AS summed
WHERE bytes <= $4
ORDER BY created_at DESC, id DESC
