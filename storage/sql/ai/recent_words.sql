-- What a person and a number said to each other last, the newest first, before a message.
-- Uses idx_incoming_events_inbound and idx_messages_to_phone, in order.
SELECT inbound, content, text, at
FROM (
    (
        SELECT true AS inbound, (payload->'message')::text AS content, NULL AS text, created_at AS at
        FROM (
            SELECT payload, created_at FROM incoming_events
            WHERE company_id = $1 AND customer_phone = $2 AND event_type = 'message_received' AND webhook_id IS NULL
                AND created_at >= $4 AND id < $5
            ORDER BY created_at DESC
            LIMIT $6
        ) AS heard
        WHERE payload->>'session_id' = $3::uuid::text
    )
    UNION ALL
    (
        SELECT false, NULL, left(text, 1500), created_at
        FROM (
            SELECT text, created_at, session_id FROM messages
            WHERE company_id = $1 AND to_phone = $2 AND created_at >= $4 AND id < $5
            ORDER BY created_at DESC, id DESC
            LIMIT $6
        ) AS said
        WHERE session_id = $3
    )
) AS words
ORDER BY at DESC
LIMIT $6
