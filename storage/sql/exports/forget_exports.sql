-- Takes exports away that have expired, at most $2.
-- Index: idx_exports_expires_at.
DELETE FROM exports WHERE id IN (SELECT id FROM exports WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
