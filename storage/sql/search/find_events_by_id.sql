-- The events with these ids ($2) of these times ($3).
-- Uses the partitions' primary keys, one partition per event.
SELECT e.id, e.event_type, e.external_id, e.order_id, e.customer_name, e.created_at
FROM unnest($2::uuid[], $3::timestamptz[]) AS place (id, created_at)
JOIN incoming_events e ON e.id = place.id AND e.created_at = place.created_at
WHERE e.company_id = $1
ORDER BY e.created_at DESC, e.id DESC
LIMIT $4
