-- What changes with every change of a company's knowledge.
-- Uses idx_knowledge_sources_created_at.
SELECT concat_ws('/', count(*), sum(ready_version), count(*) FILTER (WHERE active), max(updated_at))
FROM knowledge_sources
WHERE company_id = $1
