-- Deletes the oldest of a company's messages before a time, with their attempts; what still waits stays.
-- Index: idx_messages_company_id, $3 rows; idx_message_attempts_message_id, message_queue_pkey, message_reached_pkey.
WITH old AS MATERIALIZED (
    SELECT m.id, m.created_at FROM messages m
    WHERE m.company_id = $1 AND m.created_at < $2 AND m.status NOT IN ('scheduled', 'queued', 'held', 'sending')
    ORDER BY m.created_at, m.id LIMIT $3
), attempts AS (
    DELETE FROM message_attempts a USING old WHERE a.message_id = old.id AND a.created_at = old.created_at
), reached AS (
    DELETE FROM message_reached r USING old WHERE r.message_id = old.id
), gone AS (
    DELETE FROM messages m USING old WHERE m.id = old.id AND m.created_at = old.created_at RETURNING 1
)
SELECT count(*) FROM gone
