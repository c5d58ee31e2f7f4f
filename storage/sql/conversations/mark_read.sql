-- Somebody has read a conversation, up to its last message ($3; NULL: whatever that is).
-- Uses conversations_pkey.
UPDATE conversations SET unread = 0, version = version + 1, updated_at = greatest(updated_at, $4)
WHERE company_id = $1 AND id = $2 AND unread > 0 AND ($3::uuid IS NULL OR last_event_id = $3)
