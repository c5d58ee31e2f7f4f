-- Folds inbound messages, one row per person of the batch, and notes the turns of those that want one ($14 on).
-- Uses idx_conversations_person.
WITH folded AS (
    INSERT INTO conversations AS known (company_id, session_id, phone, id, name, name_at, unread, waiting_since,
        last_inbound_at, last_event_id, last_type, last_text, updated_at)
    SELECT company_id, session_id, phone, id, name, name_at, unread, waiting_since, at, event_id, type, text, $13
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::int[],
        $8::timestamptz[], $9::timestamptz[], $10::uuid[], $11::text[], $12::text[])
        AS heard (company_id, session_id, phone, id, name, name_at, unread, waiting_since, at, event_id, type, text)
    ON CONFLICT (company_id, session_id, phone) DO UPDATE
    SET (name, name_at) = (
            SELECT n.name, n.at FROM (VALUES (known.name, known.name_at), (excluded.name, excluded.name_at)) AS n (name, at)
            WHERE n.name IS NOT NULL ORDER BY n.at DESC, n.name COLLATE "C" DESC LIMIT 1
        ),
        unread = known.unread + excluded.unread,
        waiting_since = least(known.waiting_since, excluded.waiting_since),
        state = CASE WHEN excluded.unread > 0 THEN 'open' ELSE known.state END,
        (last_inbound_at, last_event_id, last_type, last_text) = (
            SELECT l.at, l.event_id, l.type, l.text
            FROM (VALUES (known.last_inbound_at, known.last_event_id, known.last_type, known.last_text),
                (excluded.last_inbound_at, excluded.last_event_id, excluded.last_type, excluded.last_text))
                AS l (at, event_id, type, text)
            ORDER BY l.at DESC, l.event_id DESC LIMIT 1
        ),
        version = known.version + 1,
        updated_at = greatest(known.updated_at, excluded.updated_at)
    RETURNING company_id, session_id, phone, id
)
INSERT INTO ai_turns (event_id, company_id, conversation_id, session_id, phone, look_at)
SELECT t.event_id, t.company_id, f.id, t.session_id, t.phone, $13
FROM unnest($14::uuid[], $15::uuid[], $16::uuid[], $17::text[]) AS t (event_id, company_id, session_id, phone)
JOIN folded f ON f.company_id = t.company_id AND f.session_id = t.session_id AND f.phone = t.phone
ON CONFLICT DO NOTHING
