-- The messages at these places.
-- Uses the partitions' primary keys, one partition per message.
SELECT m.id, m.company_id, m.created_at, m.event_id, m.rule_id, m.rule_version, m.campaign_id, m.session_id, m.to_phone, m.order_id, m.lane, m.type, m.text,
    m.template_name, m.content, m.variant, m.pricing, m.category, m.status, m.reason, m.attempt, m.next_attempt_at, m.provider_id, m.error, m.retry_of, m.timeline, m.updated_at
FROM unnest($2::uuid[], $3::timestamptz[]) AS place (id, created_at)
JOIN messages m ON m.id = place.id AND m.created_at = place.created_at
WHERE m.company_id = $1
ORDER BY m.created_at DESC, m.id DESC
