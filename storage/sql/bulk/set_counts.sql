-- Write what a preview's job has counted.
-- Uses bulk_previews_pkey.
UPDATE bulk_previews SET counts = $3::jsonb WHERE company_id = $1 AND id = $2
