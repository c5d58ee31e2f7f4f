-- Something a company's people should know.
-- Index: notifications_pkey.
INSERT INTO notifications (id, company_id, kind, severity, title_pt, title_en, data, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
