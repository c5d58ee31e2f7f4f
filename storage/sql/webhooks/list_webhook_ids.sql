-- Every webhook that a company has or had: events came in by all of them.
-- Uses idx_webhooks_company_id.
SELECT id FROM webhooks WHERE company_id = $1 LIMIT 1000
