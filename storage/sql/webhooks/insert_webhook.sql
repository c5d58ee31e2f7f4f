-- A new webhook.
-- idx_webhooks_source decides whether the source is free.
INSERT INTO webhooks (id, company_id, name, source, active, auth, secrets_sealed, token_hash, mapping, dedupe, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
