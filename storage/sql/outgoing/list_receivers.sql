-- Which of a company's outgoing webhooks want changes of some types.
-- Index: idx_outgoing_webhooks_company_id.
SELECT id, event_types FROM outgoing_webhooks
WHERE company_id = $1 AND active AND deleted_at IS NULL AND event_types && $2::text[]
ORDER BY id
