-- The phones of people by WhatsApp's business-scoped ids; of two contacts with one id, the one that wrote last.
-- Index: idx_contacts_bsuid.
SELECT DISTINCT ON (bsuid) bsuid, phone
FROM contacts
WHERE company_id = $1 AND bsuid = ANY($2::text[]) AND bsuid IS NOT NULL AND phone IS NOT NULL
ORDER BY bsuid, last_inbound_at DESC NULLS LAST, id DESC
