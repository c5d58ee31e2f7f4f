-- Another role for one of a company's people.
-- Uses memberships_pkey.
UPDATE memberships SET role = $3 WHERE company_id = $1 AND user_id = $2 RETURNING user_id
