-- Notes which messages these inbound messages answer; returns those noted for the first time.
-- Index: idx_messages_to_phone, at most $5 rows per event; message_reached_pkey.
WITH answered AS (
    SELECT DISTINCT ON (m.id) m.id, m.created_at, m.company_id, m.session_id, m.rule_id, m.template_id, m.campaign_id,
           said.event_id, said.at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS said (event_id, company_id, phone, at)
    CROSS JOIN LATERAL (
        SELECT * FROM messages m
        WHERE m.company_id = said.company_id AND m.to_phone = said.phone
            AND m.created_at <= said.at AND m.created_at > said.at - $7::interval
        ORDER BY m.created_at DESC, m.id DESC
        LIMIT $5
    ) AS m
    WHERE m.status IN ('accepted', 'sent', 'delivered', 'read')
        AND (jsonb_path_query_first(m.timeline, '$[*] ? (@.status == "accepted" || @.status == "sent")')->>'at')::timestamptz
            BETWEEN said.at - $6::interval AND said.at + interval '1 second'
    ORDER BY m.id, said.at
), noted AS (
    INSERT INTO message_reached (message_id, what, company_id, event_id, at)
    SELECT id, 'replied', company_id, event_id, at FROM answered ORDER BY id
    ON CONFLICT DO NOTHING
    RETURNING message_id
)
SELECT a.id, a.company_id, a.session_id, a.rule_id, a.template_id, a.campaign_id
FROM noted JOIN answered a ON a.id = noted.message_id
