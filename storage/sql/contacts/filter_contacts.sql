-- Which of these few contacts pass a list's filters.
-- Uses the primary key.
SELECT c.id, masteria_id_time(c.id) AS created_at
FROM contacts c
WHERE c.company_id = $1 AND c.id = ANY($2::uuid[]) AND coalesce(true
                AND ($3::text IS NULL OR (SELECT true FROM contact_tags t WHERE t.company_id = $1 AND t.tag = $3 AND t.contact_id = c.id LIMIT 1) IS NOT NULL)
                AND ($4::uuid IS NULL OR (SELECT true FROM contact_list_members m WHERE m.list_id = $4 AND m.contact_id = c.id AND m.company_id = $1 LIMIT 1) IS NOT NULL)
                AND ($5::boolean IS NULL OR $5 = ((SELECT true FROM suppressions s
                    WHERE s.company_id = $1 AND s.phone = c.phone AND s.kind = 'all' AND s.active LIMIT 1) IS NOT NULL))
                AND ($6::text IS NULL OR c.phone = $6)
                AND ($7::text IS NULL OR
                    masteria_contact_words(c.company_id, c.name, c.email, c.document) @@ $7::text::tsquery)
    , false)
ORDER BY c.id DESC
