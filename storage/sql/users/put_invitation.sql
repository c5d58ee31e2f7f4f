-- An invitation to a company; an earlier one for the address is out of force.
-- Uses idx_user_links_invite.
INSERT INTO user_links (id, purpose, token_hash, email, company_id, role, created_by, created_at, expires_at)
VALUES ($2, 'invite', $3, $4, $1, $5, $6, $7, $8)
ON CONFLICT (company_id, lower(email)) WHERE purpose = 'invite'
DO UPDATE SET id = EXCLUDED.id, token_hash = EXCLUDED.token_hash, email = EXCLUDED.email, role = EXCLUDED.role,
              created_by = EXCLUDED.created_by, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
