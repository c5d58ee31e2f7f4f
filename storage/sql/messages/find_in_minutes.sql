-- The messages of some minutes that pass a filter, newest first, behind a place; at most $5 of them.
-- Uses idx_messages_company_id, one range per minute.
SELECT found.*
FROM unnest($13::timestamptz[]) AS given (minute)
CROSS JOIN LATERAL (
    SELECT id, company_id, created_at, event_id, rule_id, rule_version, campaign_id, session_id, to_phone, order_id, lane, type, text,
    template_name, content, variant, pricing, category, status, reason, attempt, next_attempt_at, provider_id, error, retry_of, timeline, updated_at
    FROM messages
    WHERE company_id = $1 AND created_at >= given.minute AND created_at < given.minute + interval '1 minute'
        AND (created_at, id) < ($2, $3::uuid) AND created_at >= $4
        AND ($6::uuid IS NULL OR event_id = $6)
        AND ($7::uuid IS NULL OR campaign_id = $7)
        AND ($8::uuid IS NULL OR rule_id = $8)
        AND ($9::uuid IS NULL OR session_id = $9)
        AND ($10::text IS NULL OR to_phone = $10)
        AND ($11::text IS NULL OR status = ANY (string_to_array($11, ',')))
        AND ($12::text IS NULL OR reason = $12)
    ORDER BY created_at DESC, id DESC
    LIMIT $5
) AS found
ORDER BY found.created_at DESC, found.id DESC
LIMIT $5
