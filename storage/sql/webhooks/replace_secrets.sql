-- New secrets, only if they are still the ones that the caller saw (two rotations at once: the second starts again).
-- Uses webhooks_pkey.
UPDATE webhooks
SET secrets_sealed = $4, token_hash = $5, updated_at = now()
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL AND secrets_sealed IS NOT DISTINCT FROM $3
RETURNING id, company_id, name, source, active, auth, secrets_sealed, token_hash, mapping, dedupe, created_at, updated_at
