-- Contacts into a list of the same company; those in it already change nothing. Returns how many are new.
-- Uses the primary keys, in order: two callers wait in no circle.
WITH added AS (
    INSERT INTO contact_list_members (company_id, list_id, contact_id, source)
    SELECT $1, l.id, c.id, $4
    FROM contact_lists l JOIN contacts c ON c.company_id = l.company_id
    WHERE l.company_id = $1 AND l.id = $2 AND c.id = ANY($3::uuid[])
    ORDER BY c.id
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM added
