-- How many outgoing webhooks a company has, up to 10,001.
-- Index: idx_outgoing_webhooks_company_id.
SELECT count(*) FROM (
    SELECT 1 FROM outgoing_webhooks WHERE company_id = $1 AND deleted_at IS NULL LIMIT 10001
) AS counted
