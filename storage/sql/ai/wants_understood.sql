-- Whether a rule of a company names the event of a message that was understood.
-- Uses idx_rules_company_id.
SELECT EXISTS (
    SELECT FROM rules
    WHERE company_id = $1 AND active AND deleted_at IS NULL
        AND definition->'trigger'->'event_type' @> '"message_understood"'
)
