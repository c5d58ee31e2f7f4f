-- A company's files of contacts, newest first, behind a cursor.
-- Uses idx_contact_imports_company_id.
SELECT id, company_id, filename, bytes, format, job_id, created_by, created_at, expires_at
FROM contact_imports
WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid) AND bytes > 0
ORDER BY created_at DESC, id DESC
LIMIT $4
