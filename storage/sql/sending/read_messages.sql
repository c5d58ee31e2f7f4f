-- Whole messages, to make new ones like them.
-- Index: each partition's primary key; the range of created_at leaves only the partitions concerned.
SELECT m.id, m.company_id, m.created_at, m.event_id, m.rule_id, m.rule_version, m.campaign_id, m.session_id, m.to_phone,
       m.order_id, m.lane, m.type, m.text, m.template_id, m.template_name, m.template_language, m.components,
       m.category, m.status, m.reason, m.attempt, m.next_attempt_at, m.provider_id, m.error, m.retry_of, m.timeline,
       m.updated_at, m.content, m.variant
FROM unnest($1::uuid[], $2::timestamptz[]) AS given (id, created_at)
JOIN messages m ON m.id = given.id AND m.created_at = given.created_at
WHERE m.created_at BETWEEN $3 AND $4
