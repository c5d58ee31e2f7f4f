-- A new quick reply; a shortcut that is taken is an error.
-- Uses idx_quick_replies_shortcut.
INSERT INTO quick_replies (company_id, id, shortcut, text, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
