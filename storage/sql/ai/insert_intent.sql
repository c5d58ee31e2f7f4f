-- A new intent, unless the company has as many as it may have.
-- Uses idx_ai_intents_name.
INSERT INTO ai_intents (company_id, id, name, label, description, examples, threshold, active, created_at, updated_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $9
WHERE (SELECT count(*) FROM ai_intents WHERE company_id = $1) < $10
RETURNING id
