-- Ends what rules still had to do for a person, and takes out of the past what tells of them, up to $4 cases at once: also
-- those whose events are gone. Uses idx_rule_cases_phone, which the erased ones leave.
UPDATE rule_cases k
SET phone = NULL, log = '[]', updated_at = $3,
    state = CASE WHEN k.state = 'running' THEN 'cancelled' ELSE k.state END,
    reason = CASE WHEN k.state = 'running' THEN 'erased' ELSE k.reason END,
    due_at = CASE WHEN k.state = 'running' THEN NULL ELSE k.due_at END
FROM (
    SELECT id FROM rule_cases WHERE company_id = $1 AND phone = $2 ORDER BY id LIMIT $4 FOR UPDATE
) AS found
WHERE k.id = found.id
