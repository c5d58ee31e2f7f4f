-- A company's webhooks, newest first, behind a cursor.
-- Uses idx_webhooks_company_id.
SELECT id, company_id, name, source, active, auth, secrets_sealed, token_hash, mapping, dedupe, created_at, updated_at
FROM webhooks
WHERE company_id = $1 AND deleted_at IS NULL AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $4
