-- The passages of a version come into force, those of older ones go.
-- Uses the primary keys.
WITH dropped AS (
    DELETE FROM knowledge_passages WHERE company_id = $1 AND source_id = $2 AND version < $3
)
UPDATE knowledge_sources
SET state = 'ready', error = NULL, passages = $4, ready_version = $3, model = $6, updated_at = greatest($5, updated_at)
WHERE company_id = $1 AND id = $2
