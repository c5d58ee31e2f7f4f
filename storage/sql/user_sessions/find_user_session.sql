-- Who sent a cookie, if its session is neither over ($2: now) nor idle since $3, and what they are in their companies.
-- Uses the unique index on token_hash, users_pkey, memberships_pkey.
SELECT s.id, s.user_id, s.last_seen_at, u.email, u.name,
       ARRAY(
           SELECT m.company_id FROM memberships m WHERE m.user_id = s.user_id ORDER BY m.company_id LIMIT 1000
       ) AS companies,
       ARRAY(SELECT m.role FROM memberships m WHERE m.user_id = s.user_id ORDER BY m.company_id LIMIT 1000) AS roles
FROM user_sessions s
JOIN users u ON u.id = s.user_id
WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3
