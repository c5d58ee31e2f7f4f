-- A person's conversations with what colleagues noted there, at most 1,000 notes each.
-- Uses idx_conversations_person by the company's few sessions, and conversation_notes_pkey.
SELECT c.id, c.session_id, c.name, c.state, c.last_inbound_at, c.last_outbound_at, c.last_text, c.last_outbound_text, c.intent,
    coalesce(notes.found, '[]') AS notes
FROM sessions s
JOIN conversations c ON c.company_id = $1 AND c.session_id = s.id AND c.phone = $2
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('text', n.text, 'at', n.created_at) ORDER BY n.id) AS found
    FROM (
        SELECT * FROM conversation_notes WHERE company_id = $1 AND conversation_id = c.id ORDER BY id DESC LIMIT 1000
    ) AS n
) AS notes ON true
WHERE s.company_id = $1
ORDER BY c.id
