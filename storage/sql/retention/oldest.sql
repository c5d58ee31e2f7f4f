-- When a company's oldest event and message were made: what lies before is erased already.
-- Index: idx_incoming_events_company_id, idx_messages_company_id; one row of each partition.
SELECT (SELECT created_at FROM incoming_events WHERE company_id = $1 ORDER BY created_at, id LIMIT 1) AS event,
       (SELECT created_at FROM messages WHERE company_id = $1 ORDER BY created_at, id LIMIT 1) AS message
