-- The rules of a flow, with how many of their cases wait (up to 10,000 each).
-- Uses idx_rules_flow and idx_rule_cases_rule, whose newest entries it reads.
SELECT r.id, r.name, r.active, r.version, r.flow_part, r.definition,
    (SELECT count(*) FROM (
        SELECT 1 FROM (
            SELECT state FROM rule_cases k WHERE k.company_id = $1 AND k.rule_id = r.id
            ORDER BY k.created_at DESC, k.id DESC LIMIT 10000
        ) AS newest WHERE state = 'running'
    ) AS waits) AS waiting
FROM rules r
WHERE r.company_id = $1 AND r.flow_id = $2 AND r.deleted_at IS NULL
ORDER BY r.id
