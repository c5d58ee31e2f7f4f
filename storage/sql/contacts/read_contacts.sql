-- Contacts as they are shown, with tags, lists, wishes and their newest word about marketing, newest first; and when the
-- last message went, that WhatsApp accepted, or came: read out of their hundred newest messages, for nobody keeps it up
-- to date while sending.
-- Uses the primary key, idx_contact_tags_contact, idx_contact_list_members_contact, the keys of suppressions and
-- consents, and idx_messages_to_phone.
SELECT c.id, c.company_id, c.phone, c.wa_id, c.bsuid, c.name, c.email, c.document, c.fields, c.source, c.first_seen_at,
    c.first_event_at, c.last_event_at, c.last_event_id, c.last_event_type, c.last_inbound_at,
    greatest(c.last_inbound_at, (
        SELECT max(gone.at)
        FROM (
            SELECT m.timeline FROM messages m
            WHERE m.company_id = c.company_id AND m.to_phone = c.phone
            ORDER BY m.created_at DESC, m.id DESC
            LIMIT 100
        ) AS newest
        CROSS JOIN LATERAL (
            SELECT coalesce( -- of one that was uncertain, a receipt tells
                min((t.step ->> 'at')::timestamptz) FILTER (WHERE t.step ->> 'status' = 'accepted'),
                min((t.step ->> 'at')::timestamptz) FILTER (WHERE t.step ->> 'status' IN ('sent', 'delivered', 'read'))
            ) AS at
            FROM jsonb_array_elements(newest.timeline) AS t (step)
        ) AS gone
    )) AS last_message_at, c.created_at, c.updated_at,
    ARRAY(
        SELECT t.tag FROM contact_tags t WHERE t.company_id = c.company_id AND t.contact_id = c.id ORDER BY t.tag LIMIT 200
    ) AS tags,
    ARRAY(
        SELECT m.list_id FROM contact_list_members m WHERE m.company_id = c.company_id AND m.contact_id = c.id
        ORDER BY m.list_id LIMIT 200
    ) AS lists,
    ARRAY(
        SELECT s.kind FROM suppressions s WHERE s.company_id = c.company_id AND s.phone = c.phone AND s.active ORDER BY s.kind
    ) AS stopped,
    word.purpose AS consent_purpose, word.granted AS consent_granted, word.source AS consent_source, word.at AS consent_at
FROM contacts c
LEFT JOIN LATERAL (
    SELECT k.purpose, k.granted, k.source, k.at FROM consents k
    WHERE k.company_id = c.company_id AND k.contact_id = c.id AND k.purpose IN ('marketing', 'all')
    ORDER BY k.id DESC
    LIMIT 1
) AS word ON true
WHERE c.company_id = $1 AND c.id = ANY($2::uuid[])
ORDER BY c.id DESC
