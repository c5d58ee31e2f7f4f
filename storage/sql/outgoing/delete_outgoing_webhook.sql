-- Takes an outgoing webhook away; its log stays until it is too old. What still waited for it is given up.
-- Index: primary key; idx_outgoing_deliveries_due.
WITH gone AS (
    UPDATE outgoing_webhooks SET deleted_at = $3, active = false, updated_at = $3
    WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
    RETURNING id
), given_up AS (
    UPDATE outgoing_deliveries SET state = 'failed', finished_at = $3, next_attempt_at = NULL, leased_until = NULL
    WHERE webhook_id IN (SELECT id FROM gone) AND state = 'pending'
)
SELECT id FROM gone
