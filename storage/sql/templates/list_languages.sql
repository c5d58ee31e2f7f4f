-- The languages in which a company has a template of this name.
-- Uses idx_templates_name.
SELECT language
FROM templates
WHERE company_id = $1 AND name = $2 AND deleted_at IS NULL AND kind = 'meta'
ORDER BY language
