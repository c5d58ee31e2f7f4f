-- Which of these dead letters are open ones of events.
-- Uses dead_letters_pkey.
SELECT id, event_id
FROM dead_letters
WHERE company_id = $1 AND id = ANY($2::uuid[]) AND kind = 'event' AND resolved_at IS NULL
