-- One notification.
-- Index: notifications_pkey.
SELECT id, kind, severity, title_pt, title_en, data, created_at, read_at FROM notifications WHERE company_id = $1 AND id = $2
