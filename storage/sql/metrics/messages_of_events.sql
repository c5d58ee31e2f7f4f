-- The messages that a feed's events became.
-- Index: idx_messages_event_id of the partitions since the oldest of the events.
SELECT id, event_id, to_phone, status, updated_at
FROM messages
WHERE event_id = ANY($1::uuid[]) AND company_id = $2 AND created_at >= $3
ORDER BY id
