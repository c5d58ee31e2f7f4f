-- Takes one of a company's sessions out of use; what refers to it stays readable.
-- Uses sessions_pkey.
UPDATE sessions SET deleted_at = now(), updated_at = now()
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
RETURNING id
