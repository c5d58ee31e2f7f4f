-- What was read of a file takes the place of its bytes.
-- Uses the primary keys.
WITH dropped AS (
    DELETE FROM knowledge_pieces WHERE company_id = $1 AND source_id = $2
)
UPDATE knowledge_sources SET content = $3 WHERE company_id = $1 AND id = $2
