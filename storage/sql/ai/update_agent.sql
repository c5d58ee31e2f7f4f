-- Changes an agent.
-- Uses the primary key.
UPDATE ai_agents
SET session_id = $3, name = $4, active = $5, settings = $6, model = $7, model_sealed = $8, version = version + 1,
    updated_at = $9
WHERE company_id = $1 AND id = $2
RETURNING id
