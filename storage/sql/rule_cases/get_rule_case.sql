-- One of a rule's cases.
-- Uses rule_cases_pkey.
SELECT id, created_at, rule_id, version, event_id, order_id, phone, state, reason, position AS step, due_at, log,
    updated_at
FROM rule_cases
WHERE company_id = $1 AND rule_id = $2 AND id = $3
