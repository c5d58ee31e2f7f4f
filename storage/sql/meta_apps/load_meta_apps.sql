-- The Meta apps of one company or (NULL) of all, for the snapshots in memory.
-- Reads the whole (small) table.
SELECT app_id, company_id, sealed, created_at, updated_at
FROM meta_apps
WHERE $1::uuid IS NULL OR company_id = $1
