-- One company.
-- Uses companies_pkey.
SELECT id, name, time_zone, created_at FROM companies WHERE id = $1
