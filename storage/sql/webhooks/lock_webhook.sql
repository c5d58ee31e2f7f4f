-- One webhook of a company, locked until the change that is being made of it is stored.
-- Uses webhooks_pkey.
SELECT id, company_id, name, source, active, auth, secrets_sealed, token_hash, mapping, dedupe, created_at, updated_at
FROM webhooks
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
FOR UPDATE
