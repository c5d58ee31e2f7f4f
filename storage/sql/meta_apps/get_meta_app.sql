-- One Meta app of a company.
-- Uses meta_apps_pkey.
SELECT app_id, company_id, sealed, created_at, updated_at
FROM meta_apps
WHERE company_id = $1 AND app_id = $2
