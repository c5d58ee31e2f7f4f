-- A contact's own columns, locked until the transaction ends.
-- Uses the primary key.
SELECT id, phone, name, email, document, fields FROM contacts WHERE company_id = $1 AND id = $2 FOR UPDATE
