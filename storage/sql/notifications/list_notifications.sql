-- A company's notifications, newest first.
-- Index: idx_notifications_company_id.
SELECT id, kind, severity, title_pt, title_en, data, created_at, read_at FROM notifications
WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC LIMIT $4
