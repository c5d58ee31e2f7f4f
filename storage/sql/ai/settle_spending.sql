-- Puts what a question took in the place of what was kept for it; $5: how many failed.
-- Uses the primary key.
UPDATE ai_spending
SET tokens = greatest(0, tokens + $3), cost_micro = greatest(0, cost_micro + $4), failed = failed + $5
WHERE company_id = $1 AND day = $2
