-- The conversations of a company that changed last, with the names of their numbers and assignees.
-- Uses idx_conversations_updated_at, in order; idx_contacts_phone and the primary keys of sessions and users.
SELECT c.company_id, c.id, c.session_id, s.name AS session_name, s.transport, c.phone, c.name, ct.id AS contact_id, c.state, c.assignee_id,
    coalesce(nullif(u.name, ''), split_part(u.email, '@', 1)) AS assignee_name, c.ai_on, c.ai_off_reason, c.unread, c.waiting_since, c.last_inbound_at,
    c.last_event_id, c.last_type, c.last_text, c.last_outbound_at, c.last_outbound_text, c.last_at, c.intent, c.confidence, c.version,
    c.updated_at
FROM (
    SELECT * FROM conversations WHERE company_id = $1 ORDER BY updated_at DESC, id DESC LIMIT $2
) AS c
LEFT JOIN sessions s ON s.id = c.session_id
LEFT JOIN contacts ct ON ct.company_id = c.company_id AND ct.phone = c.phone
LEFT JOIN users u ON u.id = c.assignee_id
ORDER BY c.updated_at DESC, c.id DESC
