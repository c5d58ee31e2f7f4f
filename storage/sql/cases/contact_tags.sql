-- The tags of contacts by company and phone.
-- Uses idx_contacts_phone and idx_contact_tags_contact.
SELECT c.company_id, c.phone, t.tag
FROM unnest($1::uuid[], $2::text[]) AS p (company_id, phone)
JOIN contacts c ON c.company_id = p.company_id AND c.phone = p.phone
JOIN contact_tags t ON t.company_id = c.company_id AND t.contact_id = c.id
