-- What rules have made of these events: messages, and the states of runs in steps (id and reason NULL).
-- Uses idx_messages_event_id and idx_rule_cases_event.
SELECT m.event_id, m.rule_id, m.id, m.status, m.reason
FROM messages m
WHERE m.event_id = ANY($2::uuid[]) AND m.company_id = $1 AND m.rule_id IS NOT NULL AND m.created_at >= $3
UNION ALL
SELECT k.event_id, k.rule_id, NULL, k.state, NULL
FROM rule_cases k
WHERE k.event_id = ANY($2::uuid[]) AND k.company_id = $1
