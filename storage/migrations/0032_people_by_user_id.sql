-- Who hides the number is found by the id that WhatsApp told with it before (contacts.bsuid).
CREATE INDEX IF NOT EXISTS idx_contacts_bsuid ON contacts (company_id, bsuid) WHERE bsuid IS NOT NULL;
