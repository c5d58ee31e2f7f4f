-- The partitions that were archived, newest first.
-- Index: none; one row per month and table.
SELECT partition, file, rows, bytes, created_at FROM archives ORDER BY created_at DESC LIMIT 500
