-- Keeps turns that are still this worker's from others for longer.
-- Uses ai_turns_pkey.
UPDATE ai_turns t
SET look_at = now() + $3::interval
FROM unnest($1::uuid[], $2::bigint[]) AS mine (event_id, fence)
WHERE t.event_id = mine.event_id AND t.fence = mine.fence
