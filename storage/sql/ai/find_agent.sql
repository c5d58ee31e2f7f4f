-- Who answers for a number: its own agent, else the company's; an inactive one of its own keeps the company's away.
-- Uses idx_ai_agents_session_id.
SELECT id, company_id, session_id, name, active, settings, model, model_sealed, version, created_at, updated_at
FROM ai_agents
WHERE company_id = $1 AND (session_id = $2 OR session_id IS NULL)
ORDER BY session_id IS NULL
LIMIT 1
