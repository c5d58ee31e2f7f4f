-- A company's rules, newest first, behind a cursor.
-- Uses idx_rules_company_id.
SELECT id, company_id, name, active, version, definition, created_at, updated_at
FROM rules
WHERE company_id = $1 AND deleted_at IS NULL AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $4
