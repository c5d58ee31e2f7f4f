-- One window of a person's thread with a number, newest first: looks at up to $6 of theirs behind a place, with all the
-- company's numbers, and returns up to $7 of this number's, and the window's last row.
-- Uses idx_incoming_events_inbound and idx_messages_to_phone, in order; conversation_replies_pkey.
SELECT t.id, t.created_at, t.inbound, t.hit, t.position, r.author, r.author_id, r.author_name
FROM (
    SELECT *
    FROM (
        SELECT *, row_number() OVER (ORDER BY created_at DESC, id DESC) AS position
        FROM (
            (
                SELECT id, created_at, true AS inbound, payload->>'session_id' = $3::uuid::text AS hit
                FROM incoming_events
                WHERE company_id = $1 AND customer_phone = $2 AND event_type = 'message_received' AND webhook_id IS NULL
                    AND created_at <= $4 AND (created_at, id) < ($4, $5::uuid)
                ORDER BY created_at DESC, id DESC
                LIMIT $6
            )
            UNION ALL
            (
                SELECT id, created_at, false, session_id = $3
                FROM messages
                WHERE company_id = $1 AND to_phone = $2 AND (created_at, id) < ($4, $5::uuid)
                ORDER BY created_at DESC, id DESC
                LIMIT $6
            )
            ORDER BY created_at DESC, id DESC
            LIMIT $6
        ) AS seen
    ) AS numbered
    WHERE hit OR position = $6
    ORDER BY created_at DESC, id DESC
    LIMIT $7
) AS t
LEFT JOIN conversation_replies r ON r.company_id = $1 AND r.message_id = t.id AND NOT t.inbound
ORDER BY t.created_at DESC, t.id DESC
