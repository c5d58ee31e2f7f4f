-- How many entries a company's audit log has in a time range, up to $4.
-- Uses idx_audit_log_company_id alone, or (narrow) another in the same order (index-only where vacuum has been).
SELECT count(*)
FROM (
    SELECT 1
    FROM audit_log
    WHERE company_id = $1 /*narrow*/ AND created_at >= $2 AND created_at < $3
    ORDER BY created_at, id
    LIMIT $4
) AS found
