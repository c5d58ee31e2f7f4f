-- A new agent; one per number, and one for all the others.
-- Uses idx_ai_agents_session_id.
INSERT INTO ai_agents (company_id, id, session_id, name, active, settings, model, model_sealed, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
ON CONFLICT DO NOTHING
RETURNING id
