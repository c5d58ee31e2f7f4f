-- Takes the words out of decisions about messages that are older than a time, at most $3; returns how many.
-- Uses idx_ai_decisions_at.
WITH seen AS (
    SELECT id FROM ai_decisions WHERE company_id = $1 AND at < $2 AND text IS NOT NULL LIMIT $3
), blanked AS (
    UPDATE ai_decisions d SET text = NULL, neighbours = '[]' FROM seen WHERE d.company_id = $1 AND d.id = seen.id RETURNING 1
)
SELECT count(*) FROM blanked
