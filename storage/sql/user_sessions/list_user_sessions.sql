-- A person's sessions that are neither over ($2: now) nor idle since $3, newest first.
-- Uses idx_user_sessions_user_id.
SELECT id, created_at, last_seen_at, expires_at, address, agent
FROM user_sessions
WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3
ORDER BY created_at DESC, id DESC
LIMIT 100
