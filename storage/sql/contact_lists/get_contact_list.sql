-- One list of contacts; the number of members up to 10,001.
-- Uses the primary keys.
SELECT l.id, l.company_id, l.name, l.description, l.created_at, l.updated_at, (
        SELECT count(*) FROM (SELECT FROM contact_list_members m WHERE m.list_id = l.id ORDER BY m.contact_id LIMIT 10001) AS few
    ) AS members
FROM contact_lists l
WHERE l.company_id = $1 AND l.id = $2
