-- A source's passages in force, behind a position.
-- Uses the primary key.
SELECT p.position, p.text, p.approved
FROM knowledge_sources s
JOIN knowledge_passages p ON (p.company_id, p.source_id, p.version) = (s.company_id, s.id, s.ready_version)
WHERE s.company_id = $1 AND s.id = $2 AND p.position > $3
ORDER BY p.position
LIMIT $4
