-- Marks one notification as read, or all up to a time.
-- Index: notifications_pkey, or idx_notifications_unread.
UPDATE notifications SET read_at = $3
WHERE company_id = $1 AND ($2::uuid IS NULL OR id = $2) AND ($4::timestamptz IS NULL OR created_at <= $4) AND read_at IS NULL
