-- The last deliveries of a webhook with their bytes, newest first: what a mapping is made from.
-- Uses idx_deliveries_webhook.
SELECT id, created_at, event_id, content_type, headers, raw_body
FROM deliveries
WHERE company_id = $1 AND webhook_id = $2 AND raw_body IS NOT NULL
ORDER BY created_at DESC, id DESC
LIMIT $3
