-- Takes one of a company's rules out of use, and ends its running cases; what refers to it stays readable.
-- Uses rules_pkey and idx_rule_cases_rule.
WITH gone AS (
    UPDATE rules SET deleted_at = now(), updated_at = now()
    WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
    RETURNING company_id, id
), ended AS (
    UPDATE rule_cases k SET state = 'cancelled', reason = 'rule_deleted', due_at = NULL, updated_at = now()
    FROM gone
    WHERE k.company_id = gone.company_id AND k.rule_id = gone.id AND k.state = 'running'
)
SELECT id FROM gone
