-- The name of an active rule that was made or changed after a time; of some rules only, if they are given.
-- Uses idx_rules_company_id.
SELECT name
FROM rules
WHERE company_id = $1 AND deleted_at IS NULL AND active AND updated_at > $2 AND ($3::uuid[] IS NULL OR id = ANY($3))
LIMIT 1
