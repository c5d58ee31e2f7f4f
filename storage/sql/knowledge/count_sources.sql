-- How many sources a company has; it may have a thousand.
-- Uses idx_knowledge_sources_created_at.
SELECT count(*) FROM knowledge_sources WHERE company_id = $1
