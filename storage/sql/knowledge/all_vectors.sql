-- Every vector in force of a company, for a process that compares them itself.
-- Uses idx_knowledge_sources_created_at and the primary key.
SELECT p.source_id, p.position, p.vector
FROM knowledge_sources s
JOIN knowledge_passages p ON (p.company_id, p.source_id, p.version) = (s.company_id, s.id, s.ready_version)
WHERE s.company_id = $1 AND s.active
ORDER BY p.source_id, p.position
LIMIT $2
