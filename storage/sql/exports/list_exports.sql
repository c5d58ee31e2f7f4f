-- A page of a company's exports with their jobs, newest first.
-- Index: idx_exports_company_id, in order; the primary key of jobs.
SELECT e.id, e.kind, e.file_name, e.style, e.masked, e.rows, e.bytes, e.chunks, e.complete, e.created_at, e.expires_at,
    j.state, j.error
FROM exports e LEFT JOIN jobs j ON j.id = e.id AND j.company_id = e.company_id
WHERE e.company_id = $1 AND (e.created_at, e.id) < ($2, $3::uuid)
ORDER BY e.created_at DESC, e.id DESC
LIMIT $4
