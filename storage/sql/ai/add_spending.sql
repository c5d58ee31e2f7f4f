-- Counts one question to a language model.
-- Uses the primary key.
INSERT INTO ai_spending AS s (company_id, day, tokens, cost_micro, asked, failed)
VALUES ($1, $2, $3, $4, 1, $5)
ON CONFLICT (company_id, day) DO UPDATE
SET tokens = s.tokens + excluded.tokens,
    cost_micro = s.cost_micro + excluded.cost_micro,
    asked = s.asked + 1,
    failed = s.failed + excluded.failed
