-- Cases whose time has come, with their rules, locked; what another worker has is passed over.
-- Uses idx_rule_cases_due_at, in order, and the primary keys of rules and rule_versions.
SELECT k.id, k.company_id, k.rule_id, k.version, k.event_id, k.order_id, k.phone, k.position, k.due_at, k.cancel_on,
    k.tries, k.log, k.created_at, r.name AS rule_name, r.active, r.deleted_at IS NOT NULL AS deleted, r.flow_part,
    v.definition, c.time_zone
FROM (
    SELECT * FROM rule_cases WHERE state = 'running' AND due_at <= now() ORDER BY due_at LIMIT $1
    FOR UPDATE SKIP LOCKED
) AS k
LEFT JOIN rules r ON r.id = k.rule_id
LEFT JOIN rule_versions v ON v.rule_id = k.rule_id AND v.version = k.version
LEFT JOIN companies c ON c.id = k.company_id
