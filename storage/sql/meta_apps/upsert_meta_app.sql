-- A Meta app, new or with changed secrets; another company's app is left alone and nothing is returned.
-- Uses meta_apps_pkey.
INSERT INTO meta_apps (app_id, company_id, sealed)
VALUES ($1, $2, $3)
ON CONFLICT (app_id) DO UPDATE SET sealed = EXCLUDED.sealed, updated_at = now()
WHERE meta_apps.company_id = EXCLUDED.company_id
RETURNING app_id
