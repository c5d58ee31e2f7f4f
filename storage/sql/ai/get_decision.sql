-- One decision.
-- Uses ai_decisions_pkey.
SELECT * FROM ai_decisions WHERE company_id = $1 AND id = $2
