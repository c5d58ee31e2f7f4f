-- A page of a company's outgoing webhooks, newest first.
-- Index: idx_outgoing_webhooks_company_id, in order.
SELECT id, company_id, name, url, event_types, concurrency, active, disabled_reason, disabled_at, secrets_sealed,
    failing_since, last_success_at, last_failure_at, created_at, updated_at
FROM outgoing_webhooks
WHERE company_id = $1 AND deleted_at IS NULL AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $4
