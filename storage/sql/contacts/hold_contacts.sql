-- Those of contacts that are there, kept from being deleted until the transaction ends.
-- Uses the primary key.
SELECT id FROM contacts WHERE company_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR KEY SHARE
