-- Decisions about a person go along with their new number.
-- Uses idx_ai_decisions_phone.
UPDATE ai_decisions SET phone = $3 WHERE company_id = $1 AND phone = $2
