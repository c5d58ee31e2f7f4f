-- One running case with its rule, locked, unless another worker has it.
-- Uses rule_cases_pkey and the primary keys of rules and rule_versions.
SELECT k.id, k.company_id, k.rule_id, k.version, k.event_id, k.order_id, k.phone, k.position, k.due_at, k.cancel_on,
    k.tries, k.log, k.created_at, r.name AS rule_name, r.active, r.deleted_at IS NOT NULL AS deleted, r.flow_part,
    v.definition, c.time_zone
FROM (SELECT * FROM rule_cases WHERE id = ANY($1::uuid[]) AND state = 'running' FOR UPDATE SKIP LOCKED) AS k
LEFT JOIN rules r ON r.id = k.rule_id
LEFT JOIN rule_versions v ON v.rule_id = k.rule_id AND v.version = k.version
LEFT JOIN companies c ON c.id = k.company_id
