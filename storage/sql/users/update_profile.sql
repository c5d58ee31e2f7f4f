-- A person's name, language and theme; NULL: as it is.
-- Uses users_pkey.
UPDATE users
SET name = coalesce($2, name), language = coalesce($3, language), theme = coalesce($4, theme)
WHERE id = $1
RETURNING id
