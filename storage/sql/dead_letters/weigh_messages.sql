-- Everything that decides whether messages are tried again: their state, session, template and rule.
-- Uses each partition's primary key, idx_messages_event_id, and the primary keys of sessions, templates, rules.
SELECT given.letter_id, m.id AS message_id, m.status, m.to_phone, m.order_id, m.event_id AS of_event_id, m.template_id,
    s.id IS NULL OR s.deleted_at IS NOT NULL AS session_gone,
    CASE WHEN t.deleted_at IS NULL THEN t.status END AS template_status, t.kind AS template_kind,
    m.category, m.content, m.rule_id, m.campaign_id, m.lane, r.definition -> 'cancel_on' AS cancel_on,
    EXISTS (
        SELECT FROM messages newer
        WHERE newer.event_id = m.event_id AND newer.rule_id = m.rule_id AND newer.company_id = $1
            AND newer.retry_of >= m.id AND newer.status NOT IN ('failed', 'skipped', 'cancelled')
            AND newer.created_at >= $5
    ) AS replaced
FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) AS given (letter_id, message_id, made_at)
LEFT JOIN messages m ON m.id = given.message_id AND m.created_at = given.made_at AND m.company_id = $1
    AND m.created_at BETWEEN $5 AND $6
LEFT JOIN sessions s ON s.id = m.session_id
LEFT JOIN templates t ON t.id = m.template_id
LEFT JOIN rules r ON r.id = m.rule_id
