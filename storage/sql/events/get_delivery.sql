-- How one delivery came in, with its bytes; $3 is the time inside the id.
-- Uses one partition's primary key.
SELECT id, created_at, webhook_id, event_id, duplicate, signature, content_type, headers, raw_body
FROM deliveries
WHERE company_id = $1 AND id = $2 AND created_at = $3
