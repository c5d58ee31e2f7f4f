-- Whether a campaign has recipients without a message.
-- Index: idx_campaign_recipients_pending.
SELECT EXISTS (SELECT FROM campaign_recipients WHERE campaign_id = $1 AND message_id IS NULL)
