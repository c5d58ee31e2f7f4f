-- Which of these companies have an agent with a language model.
-- Uses the primary key of ai_agents.
SELECT DISTINCT company_id FROM ai_agents WHERE company_id = ANY($1::uuid[]) AND active AND model IS NOT NULL
