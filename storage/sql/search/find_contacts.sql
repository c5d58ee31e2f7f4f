-- Contacts with a phone ($3; NULL: nobody) or with words that begin so ($2; NULL: nobody), at most $4.
-- Uses idx_contacts_phone and idx_contacts_words, whose entries begin with a piece of the company's id.
SELECT id, name, phone, email, created_at
FROM contacts
WHERE company_id = $1 AND phone = $3
UNION ALL
(
    SELECT id, name, phone, email, created_at
    FROM contacts
    WHERE company_id = $1 AND masteria_contact_words(company_id, name, email, document) @@ $2::text::tsquery
    LIMIT $4
)
LIMIT $4
