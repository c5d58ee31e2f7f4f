-- Blanks bytes and headers of the next deliveries of a company's webhook in a stretch of time.
-- Index: idx_deliveries_webhook, $5 rows.
WITH seen AS MATERIALIZED (
    SELECT id, created_at, raw_body IS NOT NULL OR headers <> '{}' AS full FROM deliveries
    WHERE webhook_id = $2 AND company_id = $1 AND created_at > $3 AND created_at < $4
    ORDER BY created_at LIMIT $5
), blanked AS (
    UPDATE deliveries d SET raw_body = NULL, headers = '{}' FROM seen
    WHERE seen.full AND d.id = seen.id AND d.created_at = seen.created_at
    RETURNING 1
)
SELECT (SELECT count(*) FROM blanked) AS done, (SELECT count(*) FROM seen) AS seen,
       (SELECT max(created_at) FROM seen) AS at
