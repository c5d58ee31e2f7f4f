-- A company's templates, newest first, behind a cursor; each with the number of rules that name it.
-- Uses idx_templates_company_id and idx_rules_company_id.
WITH named AS (
    SELECT found #>> '{}' AS template_id, count(DISTINCT rules.id) AS rules
    FROM rules, jsonb_path_query(rules.definition, '$.**.template_id') AS found
    WHERE rules.company_id = $1 AND rules.deleted_at IS NULL
    GROUP BY 1
)
SELECT id, company_id, name, kind, language, category, body, components, defaults, status, created_at, updated_at,
    coalesce(stopped_until > now(), false) AS stopped, stopped_reason, stopped_at,
    nullif(stopped_until, 'infinity') AS stopped_until, meta_status, meta_reason, meta_told_at, quality,
    coalesce(named.rules, 0) AS rules
FROM templates LEFT JOIN named ON named.template_id = templates.id::text
WHERE company_id = $1 AND deleted_at IS NULL AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $4
