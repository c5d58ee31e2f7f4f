-- Deletes what was decided about a person's messages.
-- Uses idx_ai_decisions_phone.
DELETE FROM ai_decisions WHERE company_id = $1 AND phone = $2
