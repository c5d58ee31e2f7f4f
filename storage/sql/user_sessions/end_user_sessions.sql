-- Ends a person's sessions, all but one ($2; NULL: all); returns how many.
-- Uses idx_user_sessions_user_id.
WITH gone AS (
    DELETE FROM user_sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2::uuid RETURNING 1
)
SELECT count(*) FROM gone
