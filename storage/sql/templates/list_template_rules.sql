-- The rules in use that name a template, by name.
-- Uses idx_rules_company_id.
SELECT id, name, active
FROM rules
WHERE company_id = $1 AND deleted_at IS NULL
    AND jsonb_path_exists(definition, '$.**.template_id ? (@ == $id)', jsonb_build_object('id', $2::text))
ORDER BY name, id
LIMIT 100
