-- Seconds until the next case is due; NULL when none waits.
-- Uses idx_rule_cases_due_at.
SELECT extract(epoch FROM min(due_at) - now())::float8 FROM rule_cases WHERE state = 'running'
