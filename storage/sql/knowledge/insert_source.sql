-- A new source.
-- Uses the primary key.
INSERT INTO knowledge_sources (
    company_id, id, kind, name, format, question, content, active, bytes, created_by, created_at, updated_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
