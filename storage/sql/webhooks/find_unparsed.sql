-- The newest unparsed event among the last $3 deliveries of a webhook.
-- Uses idx_deliveries_webhook, and one partition's primary key per delivery: an id begins with its milliseconds.
SELECT e.id, e.created_at, e.reason
FROM (
    SELECT event_id, created_at, id
    FROM deliveries
    WHERE company_id = $1 AND webhook_id = $2 AND NOT duplicate AND event_id IS NOT NULL
    ORDER BY created_at DESC, id DESC
    LIMIT $3
) AS d
JOIN incoming_events e ON e.company_id = $1 AND e.id = d.event_id
    AND e.created_at = to_timestamp(('x' || left(translate(d.event_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
WHERE e.state <> 'processed'
ORDER BY d.created_at DESC, d.id DESC
LIMIT 1
