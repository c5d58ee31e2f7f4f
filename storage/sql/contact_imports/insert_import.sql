-- A file that is about to come in.
-- Uses the primary key.
INSERT INTO contact_imports (id, company_id, filename, bytes, format, created_by, created_at, expires_at)
VALUES ($1, $2, $3, 0, '{}', $4, $5, $6)
