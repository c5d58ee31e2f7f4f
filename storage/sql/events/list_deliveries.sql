-- The last deliveries of a webhook, newest first.
-- Uses idx_deliveries_webhook.
SELECT id, created_at, webhook_id, event_id, duplicate, signature, content_type, octet_length(raw_body) AS size
FROM deliveries
WHERE company_id = $1 AND webhook_id = $2 AND created_at <= $3 AND (created_at, id) < ($3, $4::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $5
