-- Webhooks with more than $1 deliveries waiting.
-- Index: idx_outgoing_deliveries_due, at most $1 + 1 entries for each webhook in use.
SELECT e.id, e.company_id FROM outgoing_webhooks e
WHERE e.active AND e.deleted_at IS NULL AND (
    SELECT count(*) FROM (
        SELECT 1 FROM outgoing_deliveries d WHERE d.webhook_id = e.id AND d.state = 'pending' LIMIT $1 + 1
    ) AS counted
) > $1
