-- One window of a search: looks at up to $5 rows behind a place and returns up to $6 hits, and the window's last row.
-- Uses idx_messages_company_id, in order; the filters need no index, because the window bounds them.
SELECT id, company_id, created_at, event_id, rule_id, rule_version, campaign_id, session_id, to_phone, order_id, lane, type,
    text, template_name, content, variant, pricing, category, status, reason, attempt, next_attempt_at, provider_id, error, retry_of, timeline, updated_at,
    hit, position
FROM (
    SELECT id, company_id, created_at, event_id, rule_id, rule_version, campaign_id, session_id, to_phone, order_id, lane, type,
        text, template_name, content, variant, pricing, category, status, reason, attempt, next_attempt_at, provider_id, error, retry_of, timeline, updated_at,
        hit, row_number() OVER (ORDER BY created_at DESC, id DESC) AS position
    FROM (
        SELECT id, company_id, created_at, event_id, rule_id, rule_version, campaign_id, session_id, to_phone, order_id, lane, type,
            text, template_name, content, variant, pricing, category, status, reason, attempt, next_attempt_at, provider_id, error, retry_of, timeline, updated_at,
            coalesce(($7::uuid IS NULL OR event_id = $7)
                AND ($8::uuid IS NULL OR campaign_id = $8)
                AND ($9::uuid IS NULL OR rule_id = $9)
                AND ($10::uuid IS NULL OR session_id = $10)
                AND ($11::text IS NULL OR to_phone = $11)
                AND ($12::text IS NULL OR status = ANY (string_to_array($12, ',')))
                AND ($13::text IS NULL OR reason = $13), false) AS hit
        FROM messages
        WHERE company_id = $1 /*narrow*/ AND (created_at, id) < ($2, $3::uuid) AND created_at <= $2 AND created_at >= $4
        ORDER BY created_at DESC, id DESC
        LIMIT $5
    ) AS seen
) AS numbered
WHERE hit OR position = $5
ORDER BY created_at DESC, id DESC
LIMIT $6
