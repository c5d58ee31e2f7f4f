-- The next piece of an export's file, with what it holds; nothing where the export is gone.
-- Index: primary keys.
WITH grown AS (
    UPDATE exports SET rows = rows + $4::bigint, bytes = bytes + octet_length($3::bytea), chunks = $5::integer + 1, complete = $6
    WHERE company_id = $1 AND id = $2
    RETURNING id, bytes
), added AS (
    INSERT INTO export_chunks (export_id, position, bytes) SELECT id, $5::integer, $3::bytea FROM grown
)
SELECT bytes FROM grown
