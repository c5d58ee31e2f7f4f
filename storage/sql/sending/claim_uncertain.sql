-- Uncertain messages whose grace time is over.
-- Index: idx_uncertain_messages_decide_at.
WITH over AS MATERIALIZED (
    SELECT message_id FROM uncertain_messages WHERE decide_at <= now() ORDER BY decide_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
DELETE FROM uncertain_messages u USING over WHERE u.message_id = over.message_id
RETURNING u.message_id
