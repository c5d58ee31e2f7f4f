-- The contacts that have these phones.
-- Uses idx_contacts_phone.
SELECT id, phone FROM contacts WHERE company_id = $1 AND phone = ANY($2::text[]) AND phone IS NOT NULL
