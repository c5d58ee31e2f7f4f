-- Note the run that a preview was used for.
-- Uses bulk_previews_pkey.
UPDATE bulk_previews SET job_id = $3 WHERE company_id = $1 AND id = $2
