-- Ends the turns that are still this worker's; returns them.
-- Uses ai_turns_pkey.
DELETE FROM ai_turns t USING unnest($1::uuid[], $2::bigint[]) AS mine (event_id, fence)
WHERE t.event_id = mine.event_id AND t.fence = mine.fence
RETURNING t.event_id
