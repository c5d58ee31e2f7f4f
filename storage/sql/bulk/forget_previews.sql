-- Forget previews that expired long ago.
-- Uses idx_bulk_previews_expires_at.
DELETE FROM bulk_previews
WHERE id IN (SELECT id FROM bulk_previews WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
