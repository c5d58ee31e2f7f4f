-- Templates that Meta does not take at the moment, of one company or ($1 NULL) of all; until_ms: when a refusal's stop ends.
-- Index: idx_templates_company_id; read at start and when templates or sessions were changed.
SELECT company_id, name, language, lower(status) AS status,
       CASE WHEN isfinite(stopped_until) THEN ceil(extract(epoch FROM stopped_until) * 1000)::bigint END AS until_ms,
       lower(status) IN ('paused', 'disabled', 'rejected', 'deleted') AS by_status
FROM templates
WHERE deleted_at IS NULL AND kind = 'meta'
    AND (lower(status) IN ('paused', 'disabled', 'rejected', 'deleted') OR stopped_until > now())
    AND ($1::uuid IS NULL OR company_id = $1)
