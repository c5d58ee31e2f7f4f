-- Takes agents of a company out of use ($2: this one; NULL: all) and returns those that were in use.
-- Uses the primary key.
UPDATE ai_agents
SET active = false, version = version + 1, updated_at = $3
WHERE company_id = $1 AND active AND ($2::uuid IS NULL OR id = $2)
RETURNING id
