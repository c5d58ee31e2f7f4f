-- What was written in these events, all between $4 and $5, and the conversations it was written in.
-- Uses the partitions' primary keys and conversations_pkey.
SELECT e.id, e.delivery_id, e.signature, e.occurred_at, e.customer_name, e.payload, to_jsonb(c) AS conversation
FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) AS a (id, created_at, conversation_id)
JOIN incoming_events e ON e.id = a.id AND e.created_at = a.created_at
LEFT JOIN conversations c ON c.company_id = e.company_id AND c.id = a.conversation_id
WHERE e.created_at BETWEEN $4 AND $5
