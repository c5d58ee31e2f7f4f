-- A company's lists of contacts, newest first, behind a cursor; the number of members up to 10,001.
-- Uses idx_contact_lists_company_id and the primary key of contact_list_members.
SELECT l.id, l.company_id, l.name, l.description, l.created_at, l.updated_at, counted.number AS members
FROM (
    SELECT id, company_id, name, description, created_at, updated_at
    FROM contact_lists
    WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid)
    ORDER BY created_at DESC, id DESC
    LIMIT $4
) AS l CROSS JOIN LATERAL (
    SELECT count(*) AS number
    FROM (SELECT FROM contact_list_members m WHERE m.list_id = l.id ORDER BY m.contact_id LIMIT 10001) AS few
) AS counted
ORDER BY l.created_at DESC, l.id DESC
