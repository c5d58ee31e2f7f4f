-- Takes the number that was asked for out of the job that has erased it, and out of its preview.
-- Uses the primary keys of jobs and bulk_previews.
WITH shown AS (
    UPDATE bulk_previews SET request = '{}' WHERE company_id = $1 AND id = $3
)
UPDATE jobs SET params = params - 'filter' WHERE company_id = $1 AND id = $2
