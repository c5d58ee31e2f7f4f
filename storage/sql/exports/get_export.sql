-- One export with its job.
-- Index: primary keys.
SELECT e.id, e.kind, e.file_name, e.style, e.masked, e.rows, e.bytes, e.chunks, e.complete, e.created_at, e.expires_at,
    j.state, j.error
FROM exports e LEFT JOIN jobs j ON j.id = e.id AND j.company_id = e.company_id
WHERE e.company_id = $1 AND e.id = $2
