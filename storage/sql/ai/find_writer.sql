-- Who writes for a company: the agent that is named, else the company's own, else the oldest; active and with a model.
-- Uses the primary key.
SELECT id, company_id, session_id, name, active, settings, model, model_sealed, version, created_at, updated_at
FROM ai_agents
WHERE company_id = $1 AND active AND model IS NOT NULL AND ($2::uuid IS NULL OR id = $2)
ORDER BY session_id IS NOT NULL, id
LIMIT 1
