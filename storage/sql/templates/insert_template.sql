-- A new template.
-- idx_templates_name decides whether the name is free.
INSERT INTO templates (id, company_id, name, kind, language, category, body, components, defaults, status, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
