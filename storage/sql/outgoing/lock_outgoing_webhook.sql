-- One of a company's outgoing webhooks, locked for a change.
-- Index: primary key.
SELECT id, company_id, name, url, event_types, concurrency, active, disabled_reason, disabled_at, secrets_sealed,
    failing_since, last_success_at, last_failure_at, created_at, updated_at
FROM outgoing_webhooks
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
FOR UPDATE
