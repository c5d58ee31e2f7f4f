-- A person's messages, newest first, behind a place.
-- Uses idx_messages_to_phone, in order.
SELECT id, created_at, to_phone, type, text, template_name, status, reason, provider_id, content, timeline
FROM messages
WHERE company_id = $1 AND to_phone = $2 AND (created_at, id) < ($3, $4::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $5
