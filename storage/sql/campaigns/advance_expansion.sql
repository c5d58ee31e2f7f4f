-- So many recipients more, up to this contact.
-- Index: primary key.
UPDATE campaign_expansions
SET written = written + $3, reached = $4, finished_at = CASE WHEN $5::boolean THEN $6::timestamptz END
WHERE campaign_id = $1 AND company_id = $2
