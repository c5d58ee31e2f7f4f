-- Deletes the oldest of a company's events before a time.
-- Index: idx_incoming_events_company_id, $3 rows.
WITH old AS MATERIALIZED (
    SELECT id, created_at FROM incoming_events WHERE company_id = $1 AND created_at < $2
    ORDER BY created_at, id LIMIT $3
), gone AS (
    DELETE FROM incoming_events e USING old WHERE e.id = old.id AND e.created_at = old.created_at RETURNING 1
)
SELECT count(*) FROM gone
