-- A new contact; a phone that is known is an error.
-- Uses idx_contacts_phone.
INSERT INTO contacts (
    company_id, id, phone, name, email, document, fields, source, first_seen_at, created_at, updated_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9)
