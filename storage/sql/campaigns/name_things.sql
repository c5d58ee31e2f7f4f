-- The names of numbers and templates that reports speak of, those out of use included.
-- Index: primary keys.
SELECT 'sessions' AS kind, id, name FROM sessions WHERE company_id = $1 AND id = ANY($2::uuid[])
UNION ALL
SELECT 'templates', id, name FROM templates WHERE company_id = $1 AND id = ANY($3::uuid[])
