-- Takes tags off contacts; returns how many there were.
-- Uses the primary key of contact_tags.
WITH gone AS (
    DELETE FROM contact_tags
    WHERE company_id = $1 AND tag = ANY($3::text[]) AND contact_id = ANY($2::uuid[])
    RETURNING 1
)
SELECT count(*) FROM gone
