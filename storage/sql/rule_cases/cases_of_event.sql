-- The cases that an event has set off.
-- Uses idx_rule_cases_event.
SELECT id, created_at, rule_id, version, event_id, order_id, phone, state, reason, position AS step, due_at, log,
    updated_at
FROM rule_cases
WHERE company_id = $1 AND event_id = $2
ORDER BY id
LIMIT 1000
