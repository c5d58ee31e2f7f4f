-- One window of a search for rare statuses: as scan_messages, through the marked messages of these statuses alone.
-- Uses marked_messages_pkey, in order for each status, and messages' primary key for no more rows than it takes to
-- find $6 hits among the window's $5.
SELECT id, company_id, created_at, event_id, rule_id, rule_version, campaign_id, session_id, to_phone, order_id, lane, type,
    text, template_name, content, variant, pricing, category, status, reason, attempt, next_attempt_at, provider_id, error, retry_of, timeline, updated_at,
    hit, position
FROM (
    SELECT marked.message_id AS id, m.company_id, marked.created_at, event_id, rule_id, rule_version, campaign_id, session_id, to_phone, order_id,
        lane, type, text, template_name, content, variant, pricing, category, m.status, reason, attempt, next_attempt_at, provider_id,
        error, retry_of, timeline, updated_at,
        coalesce(m.company_id = $1
            AND ($7::uuid IS NULL OR event_id = $7)
            AND ($8::uuid IS NULL OR campaign_id = $8)
            AND ($9::uuid IS NULL OR rule_id = $9)
            AND ($10::uuid IS NULL OR session_id = $10)
            AND ($11::text IS NULL OR to_phone = $11)
            AND m.status = ANY (string_to_array($12, ','))
            AND ($13::text IS NULL OR reason = $13), false) AS hit,
        row_number() OVER (ORDER BY marked.created_at DESC, marked.message_id DESC) AS position
    FROM (
        SELECT of_status.created_at, of_status.message_id
        FROM (SELECT DISTINCT unnest(string_to_array($12, ',')) AS status) AS wanted
        CROSS JOIN LATERAL (
            SELECT created_at, message_id FROM marked_messages
            WHERE company_id = $1 AND status = wanted.status AND (created_at, message_id) < ($2, $3::uuid)
                AND created_at <= $2 AND created_at >= $4
            ORDER BY created_at DESC, message_id DESC
            LIMIT $5
        ) AS of_status
        ORDER BY of_status.created_at DESC, of_status.message_id DESC
        LIMIT $5
    ) AS marked
    LEFT JOIN messages m ON m.id = marked.message_id AND m.created_at = marked.created_at
) AS numbered
WHERE hit OR position = $5
ORDER BY created_at DESC, id DESC
LIMIT $6
