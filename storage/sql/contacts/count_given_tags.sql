-- How many of these tags each of these contacts has; those that have none are left out.
-- Uses the primary key of contact_tags.
SELECT contact_id, count(*) AS number
FROM contact_tags
WHERE company_id = $1 AND contact_id = ANY($2::uuid[]) AND tag = ANY($3::text[])
GROUP BY contact_id
