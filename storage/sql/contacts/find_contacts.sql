-- Those of contacts that are there, each with its phone.
-- Uses the primary key.
SELECT id, phone FROM contacts WHERE company_id = $1 AND id = ANY($2::uuid[])
