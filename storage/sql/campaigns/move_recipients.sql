-- Recipients get another message in the place of one that failed: none ever counts twice.
-- Index: idx_campaign_recipients_message_id.
UPDATE campaign_recipients r
SET message_id = given.new_id, status = NULL, reason = NULL
FROM unnest($1::uuid[], $2::uuid[]) AS given (old_id, new_id)
WHERE r.message_id = given.old_id
