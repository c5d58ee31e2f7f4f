-- Templates that the steps of cases send, each of the company that its case is of, as evaluation needs them.
-- Uses templates_pkey and idx_template_variants_template.
SELECT t.id, t.name, t.kind, t.language, t.category, t.body, t.components, t.defaults, t.status, t.company_id,
    t.body_version AS version, (SELECT coalesce(json_agg(json_build_object('id', v.id, 'text', v.text) ORDER BY v.id), '[]')
     FROM template_variants v
     WHERE v.company_id = t.company_id AND v.template_id = t.id AND v.state = 'approved'
         AND v.template_version = t.body_version) AS variants
FROM unnest($1::uuid[], $2::uuid[]) AS asked (company_id, id)
JOIN templates t ON t.id = asked.id AND t.company_id = asked.company_id AND t.deleted_at IS NULL
