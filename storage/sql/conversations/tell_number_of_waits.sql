-- The number of a person of whom WhatsApp's id alone was told, in what waits for their window and in the cases of rules;
-- their wishes have been copied.
-- Uses window_waits by the company's few sessions, idx_rule_cases_phone, and the primary key of suppressions.
WITH waits AS (
    UPDATE window_waits w SET phone = $3 FROM sessions s
    WHERE s.company_id = $1 AND w.session_id = s.id AND w.phone = $2
), cases AS (
    UPDATE rule_cases SET phone = $3 WHERE company_id = $1 AND phone = $2
)
DELETE FROM suppressions WHERE company_id = $1 AND phone = $2
