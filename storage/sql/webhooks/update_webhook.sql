-- A changed webhook.
-- Uses webhooks_pkey; idx_webhooks_source decides whether the source is free.
UPDATE webhooks
SET name = $3, source = $4, active = $5, auth = $6, secrets_sealed = $7, token_hash = $8, mapping = $9, dedupe = $10,
    updated_at = now()
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
RETURNING id, company_id, name, source, active, auth, secrets_sealed, token_hash, mapping, dedupe, created_at, updated_at
