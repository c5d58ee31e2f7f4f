-- A company's intents with the vectors of their examples, for whoever understands messages.
-- Uses idx_ai_intents_name.
SELECT id, name, examples, threshold, vectors, model FROM ai_intents WHERE company_id = $1 AND active ORDER BY name
