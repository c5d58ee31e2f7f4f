-- Takes a variant out of use.
-- Uses template_variants_pkey.
DELETE FROM template_variants WHERE company_id = $1 AND template_id = $2 AND id = $3 RETURNING id
