-- Which of these repeated bodies are the very bytes of the first delivery of their event.
-- Uses the primary keys of incoming_events and deliveries, one partition each.
SELECT t.position
FROM unnest($1::int[], $2::uuid[], $3::timestamptz[], $4::bytea[]) AS t (position, event_id, created_at, body)
JOIN incoming_events e ON e.id = t.event_id AND e.created_at = t.created_at
JOIN deliveries d ON d.id = e.delivery_id
    AND d.created_at = masteria_id_time(e.delivery_id)
WHERE d.raw_body = t.body
