-- The versions of a rule, newest first.
-- Uses rule_versions_pkey.
SELECT v.version, v.definition, v.created_at
FROM rule_versions v JOIN rules r ON r.id = v.rule_id
WHERE r.company_id = $1 AND v.rule_id = $2 AND v.version < $3
ORDER BY v.version DESC
LIMIT $4
