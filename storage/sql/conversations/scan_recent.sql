-- One window of a list, the last active first: looks at up to $4 behind a place, returns up to $5 hits and its last row.
-- Uses idx_conversations_last_at, or (narrow) that of state, assignee or unread, in order; idx_contacts_phone.
SELECT c.company_id, c.id, c.session_id, s.name AS session_name, s.transport, c.phone, c.name, ct.id AS contact_id, c.state, c.assignee_id,
    coalesce(nullif(u.name, ''), split_part(u.email, '@', 1)) AS assignee_name, c.ai_on, c.ai_off_reason, c.unread, c.waiting_since, c.last_inbound_at,
    c.last_event_id, c.last_type, c.last_text, c.last_outbound_at, c.last_outbound_text, c.last_at, c.intent, c.confidence, c.version,
    c.updated_at, c.last_at AS created_at, c.hit, c.position
FROM (
    SELECT *
    FROM (
        SELECT *, row_number() OVER (ORDER BY last_at DESC, id DESC) AS position
        FROM (
            SELECT *, coalesce(($6::text IS NULL OR state = $6)
                AND ($7::uuid IS NULL OR assignee_id = $7)
                AND ($8::boolean IS NOT TRUE OR assignee_id IS NULL)
                AND ($9::uuid IS NULL OR session_id = $9)
                AND ($10::boolean IS NOT TRUE OR unread > 0)
                AND ($11::boolean IS NOT TRUE OR waiting_since IS NOT NULL)
                AND ($12::text IS NULL OR intent = $12)
                AND ($13::text IS NULL OR phone = $13)
                AND ($14::text IS NULL OR strpos(lower(name), $14) > 0), false) AS hit
            FROM conversations
            WHERE company_id = $1 /*narrow*/ AND (last_at, id) < ($2, $3::uuid)
            ORDER BY last_at DESC, id DESC
            LIMIT $4
        ) AS seen
    ) AS numbered
    WHERE hit OR position = $4
    ORDER BY last_at DESC, id DESC
    LIMIT $5
) AS c
LEFT JOIN sessions s ON s.id = c.session_id
LEFT JOIN contacts ct ON ct.company_id = c.company_id AND ct.phone = c.phone
LEFT JOIN users u ON u.id = c.assignee_id
ORDER BY c.last_at DESC, c.id DESC
