-- One dead letter of a company.
-- Uses dead_letters_pkey.
SELECT id, kind, event_id, message_id, session_id, rule_id, campaign_id, class, code, reason, created_at, resolved_at,
    resolution, retried_as
FROM dead_letters
WHERE company_id = $1 AND id = $2
