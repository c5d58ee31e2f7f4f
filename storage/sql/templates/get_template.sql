-- One of a company's templates.
-- Uses templates_pkey.
SELECT id, company_id, name, kind, language, category, body, components, defaults, status, created_at, updated_at,
    coalesce(stopped_until > now(), false) AS stopped, stopped_reason, stopped_at,
    nullif(stopped_until, 'infinity') AS stopped_until, meta_status, meta_reason, meta_told_at, quality
FROM templates
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
