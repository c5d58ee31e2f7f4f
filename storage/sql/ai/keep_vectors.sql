-- Keeps the vectors of an intent's examples, unless these were changed meanwhile.
-- Uses ai_intents_pkey.
UPDATE ai_intents SET vectors = $4, model = $5 WHERE company_id = $1 AND id = $2 AND examples = $3
