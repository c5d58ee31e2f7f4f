-- A person joins a company; who is in it already stays what they are.
-- Uses memberships_pkey.
INSERT INTO memberships (user_id, company_id, role, created_at) VALUES ($2, $1, $3, $4)
ON CONFLICT (user_id, company_id) DO NOTHING
RETURNING user_id
