-- Indexes of partitioned tables that some partition still lacks: index, definition, and each partition without it.
-- Index: none (catalogue only).
SELECT
    i.indexrelid::regclass::text AS index,
    pg_get_indexdef(i.indexrelid) AS definition,
    c.relname AS name,
    t.inhrelid::regclass::text AS partition,
    p.relname AS partition_name
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'I'
JOIN pg_inherits t ON t.inhparent = i.indrelid
JOIN pg_class p ON p.oid = t.inhrelid
WHERE NOT i.indisvalid
    AND NOT EXISTS (
        SELECT FROM pg_inherits a JOIN pg_index b ON b.indexrelid = a.inhrelid
        WHERE a.inhparent = i.indexrelid AND b.indrelid = t.inhrelid
    )
ORDER BY c.relname, p.relname
