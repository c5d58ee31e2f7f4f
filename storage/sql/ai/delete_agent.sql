-- Removes an agent: nobody answers in its place but the company's own.
-- Uses the primary key.
DELETE FROM ai_agents WHERE company_id = $1 AND id = $2
