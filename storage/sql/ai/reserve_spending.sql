-- Counts a question to a language model with the most it may take, while the company's day is not used up; else no row.
-- Uses the primary key. Who asks at the same moment waits for this row, and sees what is kept for others.
INSERT INTO ai_spending AS s (company_id, day, tokens, cost_micro, asked, failed)
SELECT $1::uuid, $2::date, $3::bigint, $4::bigint, 1, 0 WHERE $5::bigint > 0 AND $6::bigint > 0
ON CONFLICT (company_id, day) DO UPDATE
SET tokens = s.tokens + excluded.tokens, cost_micro = s.cost_micro + excluded.cost_micro, asked = s.asked + 1
WHERE s.tokens < $5 AND s.cost_micro < $6
RETURNING true
