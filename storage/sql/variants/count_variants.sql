-- How many variants a template has, by what they are now.
-- Uses idx_template_variants_template and templates_pkey.
SELECT CASE WHEN v.state <> 'rejected' AND v.template_version <> t.body_version THEN 'stale' ELSE v.state END AS state,
    count(*) AS variants
FROM template_variants v JOIN templates t ON t.id = v.template_id
WHERE v.company_id = $1 AND v.template_id = $2
GROUP BY 1
