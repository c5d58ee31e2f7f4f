-- Recipients get their messages, in the transaction that makes these: none ever gets a second one.
-- Index: primary key.
UPDATE campaign_recipients r
SET message_id = given.message_id, status = given.status, reason = given.reason
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) AS given (contact_id, message_id, status, reason)
WHERE r.campaign_id = $1 AND r.contact_id = given.contact_id AND r.message_id IS NULL
RETURNING r.contact_id
