-- Which new messages are called off by an event of their order that is stored already (events come in any order).
-- Uses idx_incoming_events_order.
SELECT DISTINCT ON (t.position) t.position, e.event_type
FROM unnest($1::int[], $2::uuid[], $3::text[], $4::uuid[], $5::text[]) AS t (position, company_id, order_id, event_id, cancel_on)
JOIN incoming_events e ON e.company_id = t.company_id AND e.order_id = t.order_id
WHERE e.event_type = ANY(string_to_array(t.cancel_on, E'\n')) AND e.id <> t.event_id
