-- Takes a webhook out of use; a token's hash goes, so that its address is unknown from now on.
-- Uses webhooks_pkey.
UPDATE webhooks
SET deleted_at = now(), active = false, updated_at = now()
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
RETURNING id
