-- A company's tags behind a name, in their order, each with how many contacts have it, up to 10,001.
-- Uses the primary key of contact_tags: one step per tag, then at most 10,001 entries of each.
WITH RECURSIVE names AS (
    (SELECT tag, 1 AS number FROM contact_tags WHERE company_id = $1 AND tag > $2 ORDER BY tag LIMIT 1)
    UNION ALL
    SELECT following.tag, names.number + 1
    FROM names CROSS JOIN LATERAL (
        SELECT t.tag FROM contact_tags t WHERE t.company_id = $1 AND t.tag > names.tag ORDER BY t.tag LIMIT 1
    ) AS following
    WHERE names.number < $3
)
SELECT names.tag, counted.number AS contacts
FROM names CROSS JOIN LATERAL (
    SELECT count(*) AS number
    FROM (SELECT FROM contact_tags t WHERE t.company_id = $1 AND t.tag = names.tag ORDER BY t.contact_id LIMIT 10001) AS few
) AS counted
ORDER BY names.tag
