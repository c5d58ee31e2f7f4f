-- Takes an export and its file away.
-- Index: primary keys.
DELETE FROM exports WHERE company_id = $1 AND id = $2 RETURNING id
