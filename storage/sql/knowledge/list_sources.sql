-- A company's sources, newest first, behind a position; their texts are not read.
-- Uses idx_knowledge_sources_created_at.
SELECT id, kind, name, format, question, active, state, error, bytes, passages, created_by, created_at, updated_at
FROM knowledge_sources
WHERE company_id = $1 AND (created_at, id) < ($2, $3)
ORDER BY created_at DESC, id DESC
LIMIT $4
