-- What a person is in a company.
-- Uses memberships_pkey.
INSERT INTO memberships (user_id, company_id, role) VALUES ($1, $2, $3)
ON CONFLICT (user_id, company_id) DO UPDATE SET role = EXCLUDED.role
