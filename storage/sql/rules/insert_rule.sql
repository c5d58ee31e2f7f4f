-- A new rule and its first version.
-- Nothing to look up.
WITH rule AS (
    INSERT INTO rules (id, company_id, name, active, version, definition, created_at, updated_at)
    VALUES ($1, $2, $3, $4, 1, $5, $6, $6)
    RETURNING id, version, definition, created_at
)
INSERT INTO rule_versions (rule_id, version, definition, created_at)
SELECT id, version, definition, created_at FROM rule
