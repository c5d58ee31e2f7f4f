-- Takes contacts out of a list; returns how many were in it.
-- Uses the primary key.
WITH gone AS (
    DELETE FROM contact_list_members
    WHERE company_id = $1 AND list_id = $2 AND contact_id = ANY($3::uuid[])
    RETURNING 1
)
SELECT count(*) FROM gone
