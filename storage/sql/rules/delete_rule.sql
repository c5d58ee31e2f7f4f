-- Takes one of a company's rules out of use; what refers to it stays readable.
-- Uses rules_pkey.
UPDATE rules SET deleted_at = now(), updated_at = now()
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
RETURNING id
