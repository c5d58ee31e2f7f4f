-- Ends one of a person's sessions.
-- Uses user_sessions_pkey.
DELETE FROM user_sessions WHERE user_id = $1 AND id = $2 RETURNING id
