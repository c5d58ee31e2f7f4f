-- A version could not be made into passages; what was in force stays in force.
-- Uses the primary keys.
WITH dropped AS (
    DELETE FROM knowledge_pieces WHERE company_id = $1 AND source_id = $2
)
UPDATE knowledge_sources SET state = 'failed', error = $4, updated_at = greatest($5, updated_at)
WHERE company_id = $1 AND id = $2 AND version = $3
