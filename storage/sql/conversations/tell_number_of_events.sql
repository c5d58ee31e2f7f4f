-- The number of a person of whom WhatsApp's id alone was told, with all that they have written.
-- Uses idx_incoming_events_phone.
UPDATE incoming_events SET customer_phone = $3 WHERE company_id = $1 AND customer_phone = $2
