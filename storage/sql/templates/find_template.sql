-- One of a company's templates by its name and language.
-- Uses idx_templates_name.
SELECT id, company_id, name, kind, language, category, body, components, defaults, status, created_at, updated_at
FROM templates
WHERE company_id = $1 AND name = $2 AND language = $3 AND deleted_at IS NULL
