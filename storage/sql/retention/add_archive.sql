-- Notes a partition that was written to a file.
-- Index: archives_pkey.
INSERT INTO archives (partition, file, rows, bytes, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (partition) DO UPDATE SET file = excluded.file, rows = excluded.rows, bytes = excluded.bytes
