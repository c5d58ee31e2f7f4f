-- Another phone for a contact, where no other contact has it.
-- Uses idx_contacts_phone.
UPDATE contacts SET phone = $3, wa_id = NULL, updated_at = $4
WHERE company_id = $1 AND phone = $2
    AND NOT EXISTS (SELECT FROM contacts o WHERE o.company_id = $1 AND o.phone = $3 AND o.phone IS NOT NULL)
RETURNING id
