-- What a company has spent on language models on a day.
-- Uses the primary key.
SELECT tokens, cost_micro, asked, failed FROM ai_spending WHERE company_id = $1 AND day = $2
