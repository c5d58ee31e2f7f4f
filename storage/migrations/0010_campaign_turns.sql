-- Which campaign a waiting message belongs to, so that a sender can fetch from each in turn. Only campaigns' rows are in
-- the index: a transactional message costs nothing more.
ALTER TABLE message_queue ADD COLUMN IF NOT EXISTS campaign_id uuid;
CREATE INDEX IF NOT EXISTS idx_message_queue_campaign ON message_queue (session_id, campaign_id, due_at)
    WHERE campaign_id IS NOT NULL;
