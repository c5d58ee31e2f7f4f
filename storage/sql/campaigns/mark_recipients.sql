-- Messages of campaigns came to stand apart from the crowd, or went back into it (NULL).
-- Index: idx_campaign_recipients_message_id.
UPDATE campaign_recipients r
SET status = given.status, reason = given.reason
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS given (message_id, status, reason)
WHERE r.message_id = given.message_id
