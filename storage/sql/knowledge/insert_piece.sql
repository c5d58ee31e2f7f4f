-- A piece of a file.
-- Uses the primary key.
INSERT INTO knowledge_pieces (company_id, source_id, position, bytes) VALUES ($1, $2, $3, $4)
