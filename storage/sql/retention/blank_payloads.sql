-- Blanks the payloads of the next of a company's events in a stretch of time; returns how many and how far it came.
-- Index: idx_incoming_events_company_id, $5 rows.
WITH seen AS MATERIALIZED (
    SELECT id, created_at, payload IS NOT NULL AS full FROM incoming_events
    WHERE company_id = $1 AND (created_at, id) > ($2, $3::uuid) AND created_at < $4
    ORDER BY created_at, id LIMIT $5
), blanked AS (
    UPDATE incoming_events e SET payload = NULL FROM seen
    WHERE seen.full AND e.id = seen.id AND e.created_at = seen.created_at
    RETURNING 1
)
SELECT (SELECT count(*) FROM blanked) AS done, (SELECT count(*) FROM seen) AS seen,
       (SELECT created_at FROM seen ORDER BY created_at DESC, id DESC LIMIT 1) AS at,
       (SELECT id FROM seen ORDER BY created_at DESC, id DESC LIMIT 1) AS id
