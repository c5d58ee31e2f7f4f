-- Takes up to $2 places of a list that is gone.
-- Uses the primary key.
DELETE FROM contact_list_members
WHERE (list_id, contact_id) IN (SELECT list_id, contact_id FROM contact_list_members WHERE list_id = $1 ORDER BY contact_id LIMIT $2)
