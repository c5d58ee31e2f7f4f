-- A company's templates, newest first, behind a cursor.
-- Uses idx_templates_company_id.
SELECT id, company_id, name, kind, language, category, body, components, defaults, status, created_at, updated_at,
    coalesce(stopped_until > now(), false) AS stopped, stopped_reason, stopped_at,
    nullif(stopped_until, 'infinity') AS stopped_until
FROM templates
WHERE company_id = $1 AND deleted_at IS NULL AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $4
