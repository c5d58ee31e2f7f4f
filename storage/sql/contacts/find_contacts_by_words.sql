-- The contacts with these words, at most $3; more are looked for window by window.
-- Uses idx_contacts_words, whose entries begin with a piece of the company's id.
SELECT id FROM contacts
WHERE company_id = $1 AND masteria_contact_words(company_id, name, email, document) @@ $2::text::tsquery
LIMIT $3
