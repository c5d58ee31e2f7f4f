-- All of a file has come in.
-- Uses the primary key.
UPDATE contact_imports SET bytes = $3, format = $4, filename = coalesce($5, filename), expires_at = $6
WHERE company_id = $1 AND id = $2
