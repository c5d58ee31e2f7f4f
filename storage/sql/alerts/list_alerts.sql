-- A company's alerts, newest first.
-- Index: idx_alerts_company_id.
SELECT * FROM alerts WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC LIMIT $4
