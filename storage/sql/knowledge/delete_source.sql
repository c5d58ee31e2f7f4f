-- Removes a source with its passages.
-- Uses the primary keys.
DELETE FROM knowledge_sources WHERE company_id = $1 AND id = $2
