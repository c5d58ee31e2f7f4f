-- Removes an intent; what was decided stays.
-- Uses ai_intents_pkey.
DELETE FROM ai_intents WHERE company_id = $1 AND id = $2 RETURNING id
