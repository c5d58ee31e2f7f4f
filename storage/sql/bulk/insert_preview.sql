-- What a bulk action would do, as it was shown (or will be, once its job has counted it).
-- Uses bulk_previews_pkey.
INSERT INTO bulk_previews (id, company_id, action, request, counts, as_of, expires_at, created_by)
VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8)
