-- Takes one of a company's templates out of use; what refers to it stays readable.
-- Uses templates_pkey.
UPDATE templates SET deleted_at = now(), updated_at = now()
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
RETURNING id
