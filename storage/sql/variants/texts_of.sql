-- The texts of a template's variants, under the template's lock.
-- Uses idx_template_variants_template.
SELECT id, text FROM template_variants WHERE company_id = $1 AND template_id = $2
