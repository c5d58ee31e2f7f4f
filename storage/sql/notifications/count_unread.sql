-- How many notifications of a company are unread, up to 10,001.
-- Index: idx_notifications_unread.
SELECT count(*) FROM (SELECT FROM notifications WHERE company_id = $1 AND read_at IS NULL LIMIT 10001) AS found
