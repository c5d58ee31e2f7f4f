-- These dead letters, newest first.
-- Uses dead_letters_pkey.
SELECT id, kind, event_id, message_id, session_id, class, code, reason, created_at, resolved_at, resolution
FROM dead_letters
WHERE company_id = $1 AND id = ANY($2::uuid[])
ORDER BY created_at DESC, id DESC
