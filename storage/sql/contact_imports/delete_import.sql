-- A file with its pieces and errors.
-- Uses the primary keys.
DELETE FROM contact_imports WHERE company_id = $1 AND id = $2
