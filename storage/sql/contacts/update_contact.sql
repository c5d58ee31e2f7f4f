-- A contact's own columns as a person has changed them. WhatsApp's names for the number go with it.
-- Uses the primary key.
UPDATE contacts SET
    wa_id = CASE WHEN phone IS NOT DISTINCT FROM $3 THEN wa_id END,
    bsuid = CASE WHEN phone IS NOT DISTINCT FROM $3 THEN bsuid END,
    phone = $3, name = $4, email = $5, document = $6, fields = $7, updated_at = $8
WHERE company_id = $1 AND id = $2
