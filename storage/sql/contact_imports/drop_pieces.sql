-- A file's bytes, once nobody needs them.
-- Uses the primary key.
DELETE FROM contact_import_pieces WHERE import_id = $1
