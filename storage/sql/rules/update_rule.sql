-- A changed rule; another definition is another version, which is kept for ever.
-- Uses rules_pkey.
WITH changed AS (
    UPDATE rules
    SET name = $3, active = $4, definition = $5, updated_at = now(),
        version = version + CASE WHEN definition = $5::jsonb THEN 0 ELSE 1 END
    WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
    RETURNING id, company_id, name, active, version, definition, created_at, updated_at
), kept AS (
    INSERT INTO rule_versions (rule_id, version, definition, created_at)
    SELECT id, version, definition, updated_at FROM changed
    ON CONFLICT (rule_id, version) DO NOTHING
)
SELECT id, company_id, name, active, version, definition, created_at, updated_at FROM changed
