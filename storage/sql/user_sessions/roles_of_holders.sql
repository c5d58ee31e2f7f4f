-- What sessions and API keys ($1) are in companies ($2), if they are in force ($3: now; $4: idle since then is over).
-- Uses user_sessions_pkey, memberships_pkey and api_keys_pkey.
SELECT h.id, h.company_id, coalesce(m.role, k.role) AS role
FROM unnest($1::uuid[], $2::uuid[]) AS h (id, company_id)
LEFT JOIN user_sessions s ON s.id = h.id AND s.expires_at > $3 AND s.last_seen_at > $4
LEFT JOIN memberships m ON m.user_id = s.user_id AND m.company_id = h.company_id
LEFT JOIN api_keys k ON k.id = h.id AND k.revoked_at IS NULL AND (k.company_id = h.company_id OR k.company_id IS NULL)
WHERE coalesce(m.role, k.role) IS NOT NULL
