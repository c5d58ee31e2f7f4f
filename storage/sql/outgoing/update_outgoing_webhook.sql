-- What an outgoing webhook becomes; one that is put into use again starts with a clean slate.
-- Index: primary key.
UPDATE outgoing_webhooks SET
    name = $3, url = $4, event_types = $5, concurrency = $6, active = $7, secrets_sealed = $8, updated_at = $9,
    disabled_reason = CASE WHEN $7 THEN NULL ELSE disabled_reason END,
    disabled_at = CASE WHEN $7 THEN NULL ELSE coalesce(disabled_at, $9) END,
    failing_since = CASE WHEN $7 AND NOT active THEN NULL ELSE failing_since END
WHERE company_id = $1 AND id = $2
RETURNING id, company_id, name, url, event_types, concurrency, active, disabled_reason, disabled_at, secrets_sealed,
    failing_since, last_success_at, last_failure_at, created_at, updated_at
