-- Takes away a person's sessions that are over ($2: now) or idle since $3, and the oldest beyond 50.
-- Uses idx_user_sessions_user_id.
DELETE FROM user_sessions
WHERE user_id = $1
  AND (expires_at <= $2 OR last_seen_at <= $3 OR id IN (
      SELECT id FROM user_sessions WHERE user_id = $1 ORDER BY created_at DESC, id DESC OFFSET 50
  ))
