-- A file's bytes.
-- Uses the primary key.
SELECT string_agg(bytes, ''::bytea ORDER BY position) FROM knowledge_pieces WHERE company_id = $1 AND source_id = $2
