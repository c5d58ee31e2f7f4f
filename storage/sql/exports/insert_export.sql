-- An export that a job will make; nothing where the company has as many as it may.
-- Index: idx_exports_company_id.
INSERT INTO exports (id, company_id, kind, file_name, style, masked, created_at, expires_at)
SELECT $1, $2, $3, $4, $5::jsonb, $6, $7, $8
WHERE (SELECT count(*) FROM (SELECT 1 FROM exports WHERE company_id = $2 LIMIT $9) AS counted) < $9
RETURNING id
