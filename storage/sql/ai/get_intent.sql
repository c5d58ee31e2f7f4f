-- One of a company's own intents.
-- Uses ai_intents_pkey.
SELECT id, company_id, name, label, description, examples, threshold, active, created_at, updated_at
FROM ai_intents WHERE company_id = $1 AND id = $2
