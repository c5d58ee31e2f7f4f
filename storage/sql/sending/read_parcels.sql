-- What a sender needs to know of messages to send them.
-- Index: each partition's primary key; the range of created_at leaves only the partitions concerned.
SELECT m.id, m.company_id, m.session_id, m.to_phone, m.lane, m.type, m.text, m.template_name, m.template_language,
       m.components, m.category, m.event_id, m.attempt, m.content, m.campaign_id, m.status, m.rule_id
FROM unnest($1::uuid[], $2::timestamptz[]) AS given (id, created_at)
JOIN messages m ON m.id = given.id AND m.created_at = given.created_at
WHERE m.created_at BETWEEN $3 AND $4
