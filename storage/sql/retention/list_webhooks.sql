-- A company's webhooks, deleted ones too: their deliveries are still there.
-- Index: idx_webhooks_company_id.
SELECT id FROM webhooks WHERE company_id = $1 ORDER BY id
