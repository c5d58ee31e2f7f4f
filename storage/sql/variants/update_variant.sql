-- What a variant has become; the caller has locked its template's row.
-- Uses template_variants_pkey.
UPDATE template_variants
SET template_version = $4, text = $5, state = $6, reviewed_by = $7, reviewed_at = $8, updated_at = $9
WHERE company_id = $1 AND template_id = $2 AND id = $3
RETURNING id
