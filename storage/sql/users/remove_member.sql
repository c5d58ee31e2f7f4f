-- A person leaves a company; the person stays.
-- Uses memberships_pkey.
DELETE FROM memberships WHERE company_id = $1 AND user_id = $2 RETURNING user_id
