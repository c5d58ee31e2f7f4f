-- Gives turns back that are still this worker's, to be looked at after a while; $4: this try does not count.
-- Uses ai_turns_pkey.
UPDATE ai_turns t
SET look_at = now() + $3::interval, owner = NULL, attempts = CASE WHEN $4 THEN greatest(0, t.attempts - 1) ELSE t.attempts END
FROM unnest($1::uuid[], $2::bigint[]) AS mine (event_id, fence)
WHERE t.event_id = mine.event_id AND t.fence = mine.fence
