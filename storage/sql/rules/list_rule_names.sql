-- The names of these rules, deleted ones too, and of every rule in use that was there at a time.
-- Uses idx_rules_company_id and rules_pkey.
SELECT id, name, active, version, definition, deleted_at IS NULL AND created_at <= $3 AS in_use
FROM rules
WHERE company_id = $1 AND (deleted_at IS NULL OR id = ANY($2::uuid[]))
ORDER BY id
