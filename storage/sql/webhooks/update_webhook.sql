-- Changes the given columns of a webhook; NULL keeps what is there.
-- Uses webhooks_pkey.
UPDATE webhooks
SET name = coalesce($3, name), source = coalesce($4, source), active = coalesce($5, active),
    auth = coalesce($6::jsonb, auth), mapping = coalesce($7::jsonb, mapping), dedupe = coalesce($8::jsonb, dedupe),
    updated_at = now()
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
RETURNING id, company_id, name, source, active, auth, secrets_sealed, token_hash, mapping, dedupe, created_at, updated_at
