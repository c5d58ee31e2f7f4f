-- Ends the session of a cookie, whoever sent it.
-- Uses the unique index on token_hash.
DELETE FROM user_sessions WHERE token_hash = $1
