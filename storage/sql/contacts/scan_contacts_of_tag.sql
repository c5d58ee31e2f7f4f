-- One window of the contacts of a tag, as scan_contacts.
-- Uses the primary key of contact_tags, in order.
SELECT id, masteria_id_time(id) AS created_at, hit, position
FROM (
    SELECT id, hit, row_number() OVER (ORDER BY id DESC) AS position
    FROM (
        SELECT tagged.contact_id AS id, coalesce(c.id IS NOT NULL
                AND ($6::text IS NULL OR (SELECT true FROM contact_tags t WHERE t.company_id = $1 AND t.tag = $6 AND t.contact_id = c.id LIMIT 1) IS NOT NULL)
                AND ($7::uuid IS NULL OR (SELECT true FROM contact_list_members m WHERE m.list_id = $7 AND m.contact_id = c.id AND m.company_id = $1 LIMIT 1) IS NOT NULL)
                AND ($8::boolean IS NULL OR $8 = ((SELECT true FROM suppressions s
                    WHERE s.company_id = $1 AND s.phone = c.phone AND s.kind = 'all' AND s.active LIMIT 1) IS NOT NULL))
                AND ($9::text IS NULL OR c.phone = $9)
                AND ($10::text IS NULL OR
                    masteria_contact_words(c.company_id, c.name, c.email, c.document) @@ $10::text::tsquery)
            , false) AS hit
        FROM (
            SELECT contact_id FROM contact_tags
            WHERE company_id = $1 AND tag = $6 AND contact_id < $2 AND contact_id >= $3
            ORDER BY contact_id DESC
            LIMIT $4
        ) AS tagged
        LEFT JOIN contacts c ON c.company_id = $1 AND c.id = tagged.contact_id
    ) AS seen
) AS numbered
WHERE hit OR position = $4
ORDER BY id DESC
LIMIT $5
