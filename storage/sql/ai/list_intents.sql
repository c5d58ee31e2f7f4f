-- A company's own intents, by name; there are few.
-- Uses idx_ai_intents_name.
SELECT id, company_id, name, label, description, examples, threshold, active, created_at, updated_at
FROM ai_intents WHERE company_id = $1 ORDER BY name
