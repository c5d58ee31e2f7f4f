-- What a contact agreed to or withdrew; nothing where there is no such contact.
-- Uses the primary keys.
INSERT INTO consents (company_id, contact_id, id, purpose, granted, source, note, at, created_by, created_at)
SELECT c.company_id, c.id, $3, $4, $5, $6, $7, $8, $9, $10
FROM contacts c
WHERE c.company_id = $1 AND c.id = $2
RETURNING id
