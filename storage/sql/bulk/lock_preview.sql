-- One preview of a company, locked: it is used once.
-- Uses bulk_previews_pkey.
SELECT id, company_id, action, request, counts, as_of, expires_at, job_id, created_by
FROM bulk_previews
WHERE company_id = $1 AND id = $2
FOR UPDATE
