-- One of a company's rules, locked until the change that is being made of it is stored.
-- Uses rules_pkey.
SELECT id, company_id, name, active, version, definition, created_at, updated_at
FROM rules
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
FOR UPDATE
