-- How many schedules of a company a filter finds, up to 10,001.
-- Uses idx_schedules_company_id.
SELECT count(*)
FROM (
    SELECT
    FROM schedules
    WHERE company_id = $1 AND ($2::text IS NULL OR kind = $2) AND ($3::uuid IS NULL OR subject_id = $3)
    LIMIT 10001
) AS found
