-- A contact's own columns as a person has changed them.
-- Uses the primary key.
UPDATE contacts SET phone = $3, name = $4, email = $5, document = $6, fields = $7, updated_at = $8
WHERE company_id = $1 AND id = $2
