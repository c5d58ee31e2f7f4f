-- One conversation of a company.
-- Uses conversations_pkey.
SELECT company_id, id, session_id, phone, name, state, assignee_id, ai_on, ai_off_reason, unread, waiting_since, last_inbound_at,
    last_event_id, last_type, last_text, last_outbound_at, last_outbound_text, last_at, intent, confidence, version, updated_at
FROM conversations
WHERE company_id = $1 AND id = $2
