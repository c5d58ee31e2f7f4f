-- A page of the messages of one event ($12 and on: behind a place, so many), with how many there are and were looked
-- at: at most $4. Uses idx_messages_event_id.
WITH seen AS MATERIALIZED (
    SELECT id, company_id, created_at, event_id, rule_id, rule_version, campaign_id, session_id, to_phone, order_id, lane, type,
        text, template_name, content, variant, pricing, category, status, reason, attempt, next_attempt_at, provider_id, error, retry_of, timeline, updated_at,
        coalesce(created_at >= $2 AND created_at < $3
            AND ($5::uuid IS NULL OR event_id = $5)
            AND ($6::uuid IS NULL OR campaign_id = $6)
            AND ($7::uuid IS NULL OR rule_id = $7)
            AND ($8::uuid IS NULL OR session_id = $8)
            AND ($9::text IS NULL OR to_phone = $9)
            AND ($10::text IS NULL OR status = ANY (string_to_array($10, ',')))
            AND ($11::text IS NULL OR reason = $11), false) AS hit
    FROM (
            SELECT *
            FROM messages
            WHERE company_id = $1 AND event_id = $5
            LIMIT $4
    ) AS candidates
)
SELECT counted.total, counted.looked_at, page.*
FROM (SELECT count(*) FILTER (WHERE hit) AS total, count(*) AS looked_at FROM seen) AS counted
LEFT JOIN LATERAL (
    SELECT id, company_id, created_at, event_id, rule_id, rule_version, campaign_id, session_id, to_phone, order_id, lane, type,
        text, template_name, content, variant, pricing, category, status, reason, attempt, next_attempt_at, provider_id, error, retry_of, timeline, updated_at
    FROM seen
    WHERE hit AND (created_at, id) < ($12, $13::uuid)
    ORDER BY created_at DESC, id DESC
    LIMIT $14
) AS page ON true
ORDER BY page.created_at DESC, page.id DESC
