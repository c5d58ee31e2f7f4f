-- One file; bytes are 0 while it is coming in.
-- Uses the primary key.
SELECT id, company_id, filename, bytes, format, job_id, created_by, created_at, expires_at
FROM contact_imports
WHERE company_id = $1 AND id = $2
