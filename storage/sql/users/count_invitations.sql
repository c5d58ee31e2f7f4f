-- How many invitations of a company are in force ($2: now), up to 10,001.
-- Uses idx_user_links_invite.
SELECT count(*)
FROM (SELECT 1 FROM user_links WHERE company_id = $1 AND purpose = 'invite' AND expires_at > $2 LIMIT 10001) AS found
