-- Ends an order's running cases of these rules; waits for a turn under way.
-- Uses idx_rule_cases_order.
UPDATE rule_cases
SET state = 'cancelled', reason = 'cancelled_by_user', due_at = NULL, updated_at = $4
WHERE company_id = $1 AND order_id = $2 AND rule_id = ANY($3::uuid[]) AND state = 'running'
RETURNING id
