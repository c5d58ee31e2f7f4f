-- One company.
-- Uses companies_pkey.
SELECT id, name, time_zone, quiet_hours, created_at FROM companies WHERE id = $1
