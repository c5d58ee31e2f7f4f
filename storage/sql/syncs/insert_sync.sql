-- A new history sync.
-- Uses history_syncs_pkey and idx_history_syncs_webhook_id (one per webhook and setting).
INSERT INTO history_syncs (id, company_id, webhook_id, source, setting_id, token_sealed, since, active, automations,
    created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
