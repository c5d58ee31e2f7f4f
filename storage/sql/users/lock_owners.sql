-- The owners of a company, held until the transaction ends, so that two of them cannot take each other away.
-- Uses idx_memberships_company_id; held in the order of their ids.
SELECT user_id FROM memberships WHERE company_id = $1 AND role = 'owner' ORDER BY user_id FOR UPDATE
