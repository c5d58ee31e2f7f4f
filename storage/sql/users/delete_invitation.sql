-- Takes an invitation back.
-- Uses user_links_pkey.
DELETE FROM user_links WHERE company_id = $1 AND id = $2 AND purpose = 'invite' RETURNING id
