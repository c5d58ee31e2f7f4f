-- One agent.
-- Uses the primary key.
SELECT id, company_id, session_id, name, active, settings, model, model_sealed, version, created_at, updated_at
FROM ai_agents
WHERE company_id = $1 AND id = $2
