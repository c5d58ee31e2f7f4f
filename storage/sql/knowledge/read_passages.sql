-- Passages in force by their places, with what their source is called.
-- Uses the primary keys.
SELECT p.source_id, p.position, p.text, p.approved, s.name, s.kind, s.question
FROM unnest($2::uuid[], $3::int[]) AS wanted (source_id, position)
JOIN knowledge_sources s ON s.company_id = $1 AND s.id = wanted.source_id
JOIN knowledge_passages p ON (p.company_id, p.source_id, p.version, p.position)
    = (s.company_id, s.id, s.ready_version, wanted.position)
