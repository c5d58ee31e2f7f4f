-- A page of a company's messages in a time range, newest first; a page reads as many rows as it shows.
-- Uses idx_messages_company_id, in order, of the partitions in the range.
SELECT id, company_id, created_at, event_id, rule_id, rule_version, campaign_id, session_id, to_phone, order_id, lane, type, text,
    template_name, content, variant, pricing, category, status, reason, attempt, next_attempt_at, provider_id, error, retry_of, timeline, updated_at
FROM messages
WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid) AND created_at <= $2 AND created_at >= $4
ORDER BY created_at DESC, id DESC
LIMIT $5
