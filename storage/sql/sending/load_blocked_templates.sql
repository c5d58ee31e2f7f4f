-- Templates that Meta does not take at the moment, of one company or ($1 NULL) of all.
-- Index: idx_templates_company_id; read at start and when templates or sessions were changed.
SELECT company_id, name, language, lower(status) AS status
FROM templates
WHERE deleted_at IS NULL AND kind = 'meta' AND lower(status) IN ('paused', 'disabled', 'rejected', 'deleted')
    AND ($1::uuid IS NULL OR company_id = $1)
