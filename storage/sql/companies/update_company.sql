-- A company's name, time zone (NULL: as it is) and quiet hours ($5: whether they are given; NULL: none).
-- Uses companies_pkey.
UPDATE companies
SET name = coalesce($2, name), time_zone = coalesce($3, time_zone),
    quiet_hours = CASE WHEN $5::boolean THEN $4::jsonb ELSE quiet_hours END
WHERE id = $1
RETURNING id, name, time_zone, quiet_hours, created_at
