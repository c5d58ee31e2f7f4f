-- How many history syncs a company has, up to 10,001; $2: of one webhook only.
-- Uses idx_history_syncs_company_id.
SELECT count(*)
FROM (
    SELECT 1 FROM history_syncs
    WHERE company_id = $1 AND deleted_at IS NULL AND ($2::uuid IS NULL OR webhook_id = $2)
    LIMIT 10001
) AS found
