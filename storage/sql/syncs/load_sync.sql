-- What a run needs: the sync, how its webhook reads payloads, and the company's zone.
-- Uses history_syncs_pkey, webhooks_pkey and companies_pkey.
SELECT s.id, s.company_id, s.webhook_id, s.source, s.setting_id, s.token_sealed, s.since, s.reached_at, s.active,
    s.automations, s.deleted_at IS NOT NULL AS deleted, w.active AS webhook_active,
    w.deleted_at IS NOT NULL AS webhook_deleted, w.mapping, w.dedupe, c.time_zone
FROM history_syncs s
JOIN webhooks w ON w.id = s.webhook_id
JOIN companies c ON c.id = s.company_id
WHERE s.company_id = $1 AND s.id = $2
