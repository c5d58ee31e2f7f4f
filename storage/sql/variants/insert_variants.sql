-- New variants of a template whose row the caller has locked.
-- Uses template_variants_pkey.
INSERT INTO template_variants (
    company_id, template_id, template_version, id, text, state, origin, writing_id, created_by, reviewed_by, reviewed_at,
    created_at, updated_at
)
SELECT $1, $2, $3, made.id, made.text, $6, $7, $8, $9, $10, $11, $12, $12
FROM unnest($4::uuid[], $5::text[]) AS made (id, text)
