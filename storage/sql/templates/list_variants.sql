-- A company's templates of a name, one per language.
-- Uses idx_templates_name.
SELECT id, language, status
FROM templates
WHERE company_id = $1 AND name = $2 AND deleted_at IS NULL
ORDER BY language
