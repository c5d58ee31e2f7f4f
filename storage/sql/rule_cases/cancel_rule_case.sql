-- Ends one of a rule's running cases; waits for a turn under way.
-- Uses rule_cases_pkey.
UPDATE rule_cases
SET state = 'cancelled', reason = 'cancelled_by_user', due_at = NULL, updated_at = $4
WHERE company_id = $1 AND rule_id = $2 AND id = $3 AND state = 'running'
RETURNING id
