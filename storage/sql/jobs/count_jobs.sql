-- How many jobs of a company a filter finds, up to 10,001.
-- Uses idx_jobs_company_id.
SELECT count(*)
FROM (
    SELECT
    FROM jobs
    WHERE company_id = $1
        AND ($2::text IS NULL OR kind = $2)
        AND ($3::text IS NULL OR state = $3 OR ($3 = 'running' AND state = 'queued'))
        AND ($4::uuid IS NULL OR schedule_id = $4)
    LIMIT 10001
) AS found
