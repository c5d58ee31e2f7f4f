-- Drops deliveries that are older than a time, at most $2.
-- Index: idx_outgoing_deliveries_created_at.
DELETE FROM outgoing_deliveries
WHERE id IN (SELECT id FROM outgoing_deliveries WHERE created_at < $1 ORDER BY created_at LIMIT $2)
