-- Notes which message came last before each of these orders was paid; returns those noted for the first time.
-- Index: idx_messages_to_phone; else idx_incoming_events_order and idx_messages_event_id; message_reached_pkey.
WITH paid AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::bigint[])
        AS given (event_id, company_id, phone, order_id, at, value_cents)
), last_before AS (
    SELECT DISTINCT ON (m.id) m.id, m.company_id, m.session_id, m.rule_id, m.template_id, m.campaign_id,
           paid.event_id, paid.at, paid.value_cents
    FROM paid
    CROSS JOIN LATERAL (
        SELECT found.* FROM (
            (SELECT m.* FROM messages m
             WHERE m.company_id = paid.company_id AND m.to_phone = paid.phone
                AND m.created_at <= paid.at AND m.created_at > paid.at - $7::interval
             ORDER BY m.created_at DESC, m.id DESC LIMIT $8)
            UNION ALL
            (SELECT m.* FROM incoming_events e
             JOIN messages m ON m.event_id = e.id AND m.company_id = paid.company_id
                AND m.created_at <= paid.at AND m.created_at > paid.at - $7::interval
             WHERE e.company_id = paid.company_id AND e.order_id = paid.order_id
                AND e.created_at > paid.at - 2 * $7::interval
             LIMIT $8)
        ) AS found
        WHERE found.status IN ('accepted', 'sent', 'delivered', 'read')
        ORDER BY (found.order_id IS NOT DISTINCT FROM paid.order_id) DESC, found.created_at DESC, found.id DESC
        LIMIT 1
    ) AS m
    ORDER BY m.id, paid.at
), noted AS (
    INSERT INTO message_reached (message_id, what, company_id, event_id, at, value_cents)
    SELECT id, 'bought', company_id, event_id, at, value_cents FROM last_before ORDER BY id
    ON CONFLICT DO NOTHING
    RETURNING message_id
)
SELECT b.id, b.company_id, b.session_id, b.rule_id, b.template_id, b.campaign_id
FROM noted JOIN last_before b ON b.id = noted.message_id
