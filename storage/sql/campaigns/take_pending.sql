-- Recipients whose message is not made yet, behind a contact, with their contacts; kept from others meanwhile.
-- Index: idx_campaign_recipients_pending; contacts' primary key.
SELECT r.contact_id, r.variant, r.retry_of, c.id IS NOT NULL AS present,
       c.phone, c.name, c.email, c.document, c.fields
FROM campaign_recipients r
LEFT JOIN contacts c ON c.company_id = $2 AND c.id = r.contact_id
WHERE r.campaign_id = $1 AND r.session_id = $3 AND r.message_id IS NULL AND r.contact_id > $4
ORDER BY r.contact_id
LIMIT $5
FOR UPDATE OF r
