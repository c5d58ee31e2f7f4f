-- Inbound messages at these places.
-- Uses the partitions' primary keys, one partition per message.
SELECT e.id, e.created_at, e.occurred_at, e.external_id, e.customer_name, e.payload, (e.payload->'message')::text AS content
FROM unnest($2::uuid[], $3::timestamptz[]) AS place (id, created_at)
JOIN incoming_events e ON e.id = place.id AND e.created_at = place.created_at
WHERE e.company_id = $1
