-- A file's one job; it is kept for a while from now on.
-- Uses the primary key.
UPDATE contact_imports SET job_id = $3, format = $4, expires_at = $5 WHERE company_id = $1 AND id = $2
