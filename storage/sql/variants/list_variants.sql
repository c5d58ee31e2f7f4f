-- A template's variants, newest first, behind a cursor; one of an older text is stale.
-- Uses idx_template_variants_template and templates_pkey.
SELECT v.id, v.template_id, v.template_version, v.text, CASE WHEN v.state <> 'rejected' AND v.template_version <> t.body_version THEN 'stale' ELSE v.state END AS state,
    v.origin, v.writing_id, v.created_by, v.reviewed_by, v.reviewed_at, v.created_at, v.updated_at
FROM template_variants v JOIN templates t ON t.id = v.template_id
WHERE v.company_id = $1 AND v.template_id = $2 AND (v.created_at, v.id) < ($3, $4::uuid)
ORDER BY v.created_at DESC, v.id DESC
LIMIT $5
