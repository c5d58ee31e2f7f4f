-- Whether an index by this name is left of a concurrent build that did not end.
-- Index: none (catalogue only).
SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid)
