-- What a person thinks of a decision.
-- Uses ai_decisions_pkey.
UPDATE ai_decisions SET feedback = $3, feedback_intent = $4, feedback_at = $5 WHERE company_id = $1 AND id = $2
RETURNING text
