-- The last deliveries of a webhook, newest first, each with what became of its first event.
-- Uses idx_deliveries_webhook, and one partition's primary key per delivery: an id begins with its milliseconds.
SELECT d.id, d.created_at, d.webhook_id, d.event_id, d.duplicate, d.signature, d.content_type,
    octet_length(d.raw_body) AS size, e.event_type, e.state, e.reason
FROM (
    SELECT id, created_at, webhook_id, event_id, duplicate, signature, content_type, raw_body
    FROM deliveries
    WHERE company_id = $1 AND webhook_id = $2 AND created_at <= $3 AND (created_at, id) < ($3, $4::uuid)
    ORDER BY created_at DESC, id DESC
    LIMIT $5
) AS d
LEFT JOIN incoming_events e ON e.company_id = $1 AND e.id = d.event_id
    AND e.created_at = to_timestamp(('x' || left(translate(d.event_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
ORDER BY d.created_at DESC, d.id DESC
