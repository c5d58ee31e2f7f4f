-- The passages whose meaning is nearest, compared one by one: a company has some thousands at most, and none is missed.
-- Uses idx_knowledge_sources_created_at and the primary key.
SELECT p.source_id, p.position, 1 - (p.embedding <=> $2::real[]::vector(384)) AS likeness
FROM knowledge_sources s
JOIN knowledge_passages p ON (p.company_id, p.source_id, p.version) = (s.company_id, s.id, s.ready_version)
WHERE s.company_id = $1 AND s.active
ORDER BY p.embedding <=> $2::real[]::vector(384)
LIMIT $3
