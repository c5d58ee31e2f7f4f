-- Templates that the steps of cases send, as evaluation needs them.
-- Uses templates_pkey.
SELECT id, name, kind, language, category, body, components, defaults, status
FROM templates
WHERE id = ANY($1::uuid[]) AND company_id = ANY($2::uuid[]) AND deleted_at IS NULL
