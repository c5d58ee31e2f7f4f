-- One preview of a company.
-- Uses bulk_previews_pkey.
SELECT id, company_id, action, request, counts, as_of, expires_at, job_id, created_by
FROM bulk_previews
WHERE company_id = $1 AND id = $2
