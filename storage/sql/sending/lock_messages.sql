-- Locks messages, in the order of their ids, and reads what they are: a transition's old status is told by this row.
-- Index: each partition's primary key; the range of created_at leaves only the partitions concerned.
SELECT m.id, m.created_at, m.company_id, m.session_id, m.event_id, m.lane, m.status, m.reason, m.attempt,
       m.next_attempt_at, m.provider_id, m.error, m.timeline, m.rule_id, m.template_id, m.campaign_id
FROM unnest($1::uuid[], $2::timestamptz[]) AS given (id, created_at)
JOIN messages m ON m.id = given.id AND m.created_at = given.created_at
WHERE m.created_at BETWEEN $3 AND $4 AND ($5::uuid IS NULL OR m.company_id = $5)
ORDER BY m.id
FOR UPDATE OF m
