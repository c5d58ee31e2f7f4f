-- Every webhook in use, of one company or (NULL) of all, for the snapshots in memory.
-- Uses idx_webhooks_company_id for one company; reads the whole (small) table for all.
SELECT id, company_id, name, source, active, auth, secrets_sealed, token_hash, mapping, dedupe, created_at, updated_at
FROM webhooks
WHERE deleted_at IS NULL AND ($1::uuid IS NULL OR company_id = $1)
