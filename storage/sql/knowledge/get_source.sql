-- One source with its text.
-- Uses the primary key.
SELECT id, kind, name, format, question, content, active, state, error, bytes, passages, version, ready_version,
    created_by, created_at, updated_at
FROM knowledge_sources
WHERE company_id = $1 AND id = $2
