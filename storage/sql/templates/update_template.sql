-- A changed template; what a refusal had stopped goes on.
-- Uses templates_pkey; idx_templates_name decides whether the name is free.
UPDATE templates
SET name = $3, kind = $4, language = $5, category = $6, body = $7, components = $8, defaults = $9, status = $10,
    stopped_at = NULL, stopped_until = NULL, stopped_reason = NULL, updated_at = now(),
    body_version = body_version + (body <> $7)::integer
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
RETURNING id, company_id, name, kind, language, category, body, components, defaults, status, created_at, updated_at,
    coalesce(stopped_until > now(), false) AS stopped, stopped_reason, stopped_at,
    nullif(stopped_until, 'infinity') AS stopped_until, meta_status, meta_reason, meta_told_at, quality
