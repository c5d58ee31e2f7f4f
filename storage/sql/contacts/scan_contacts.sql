-- One window of a list of contacts: looks at up to $4 before an id and returns up to $5 hits, and the window's last one.
-- Uses the primary key, in order; the filters need no index of their own, because the window bounds them.
SELECT id, masteria_id_time(id) AS created_at, hit, position
FROM (
    SELECT id, hit, row_number() OVER (ORDER BY id DESC) AS position
    FROM (
        SELECT c.id, coalesce(true
                AND ($6::text IS NULL OR (SELECT true FROM contact_tags t WHERE t.company_id = $1 AND t.tag = $6 AND t.contact_id = c.id LIMIT 1) IS NOT NULL)
                AND ($7::uuid IS NULL OR (SELECT true FROM contact_list_members m WHERE m.list_id = $7 AND m.contact_id = c.id AND m.company_id = $1 LIMIT 1) IS NOT NULL)
                AND ($8::boolean IS NULL OR $8 = ((SELECT true FROM suppressions s
                    WHERE s.company_id = $1 AND s.phone = c.phone AND s.kind = 'all' AND s.active LIMIT 1) IS NOT NULL))
                AND ($9::text IS NULL OR c.phone = $9)
                AND ($10::text IS NULL OR
                    masteria_contact_words(c.company_id, c.name, c.email, c.document) @@ $10::text::tsquery)
            , false) AS hit
        FROM contacts c
        WHERE c.company_id = $1 AND c.id < $2 AND c.id >= $3
        ORDER BY c.id DESC
        LIMIT $4
    ) AS seen
) AS numbered
WHERE hit OR position = $4
ORDER BY id DESC
LIMIT $5
