-- The number of a person of whom WhatsApp's id alone was told, with all that was written to them.
-- Uses idx_messages_to_phone.
UPDATE messages SET to_phone = $3 WHERE company_id = $1 AND to_phone = $2
