-- A list's name and description, where they are given.
-- Uses the primary key.
UPDATE contact_lists
SET name = coalesce($3, name), description = coalesce($4, description), updated_at = $5
WHERE company_id = $1 AND id = $2
RETURNING id
