-- All companies, newest first, behind a cursor (installation keys only).
-- Sorts the (small) table.
SELECT id, name, time_zone, quiet_hours, created_at
FROM companies
WHERE (created_at, id) < ($1, $2::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $3
