-- One of a company's templates.
-- Uses templates_pkey and idx_template_variants_template.
SELECT id, company_id, name, kind, language, category, body, components, defaults, status, created_at, updated_at,
    coalesce(stopped_until > now(), false) AS stopped, stopped_reason, stopped_at,
    nullif(stopped_until, 'infinity') AS stopped_until, meta_status, meta_reason, meta_told_at, quality,
    body_version AS version, (SELECT coalesce(json_agg(json_build_object('id', v.id, 'text', v.text) ORDER BY v.id), '[]')
     FROM template_variants v
     WHERE v.company_id = templates.company_id AND v.template_id = templates.id AND v.state = 'approved'
         AND v.template_version = templates.body_version) AS variants
FROM templates
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
