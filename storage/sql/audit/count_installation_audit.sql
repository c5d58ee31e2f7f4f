-- How many entries the installation itself has, up to 10,001.
-- Uses idx_audit_log_company_id.
SELECT count(*) FROM (SELECT 1 FROM audit_log WHERE company_id IS NULL LIMIT 10001) AS found
