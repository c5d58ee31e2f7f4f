-- A list of contacts; its members' places go by delete_members.
-- Uses the primary key.
DELETE FROM contact_lists WHERE company_id = $1 AND id = $2 RETURNING id
