-- Which of these contacts are in a list.
-- Uses the primary key of contact_list_members.
SELECT contact_id FROM contact_list_members WHERE company_id = $1 AND list_id = $2 AND contact_id = ANY($3::uuid[])
