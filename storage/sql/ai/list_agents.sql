-- A company's agents, the newest first; there are at most a hundred.
-- Uses the primary key.
SELECT id, company_id, session_id, name, active, settings, model, model_sealed, version, created_at, updated_at
FROM ai_agents
WHERE company_id = $1
ORDER BY created_at DESC, id DESC
LIMIT 100
