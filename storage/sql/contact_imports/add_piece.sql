-- A piece of a file.
-- Uses the primary key.
INSERT INTO contact_import_pieces (import_id, number, data) VALUES ($1, $2, $3)
