-- Ends what rules still had to do for a person, and takes out of the past what tells of them.
-- Uses idx_rule_cases_event.
UPDATE rule_cases
SET phone = NULL, log = '[]', updated_at = $3,
    state = CASE WHEN state = 'running' THEN 'cancelled' ELSE state END,
    reason = CASE WHEN state = 'running' THEN 'erased' ELSE reason END,
    due_at = CASE WHEN state = 'running' THEN NULL ELSE due_at END
WHERE company_id = $1 AND event_id = ANY($2::uuid[])
