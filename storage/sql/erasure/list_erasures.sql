-- Whom a company has erased, newest first, behind a cursor.
-- Uses idx_erasures_company_id.
SELECT id, contact_id, counts, job_id, requested_by, created_at, finished_at
FROM erasures
WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $4
