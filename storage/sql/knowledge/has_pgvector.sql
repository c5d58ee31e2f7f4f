-- Whether the server compares vectors itself.
-- Reads the catalogue.
SELECT EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = 'knowledge_passages'::regclass AND attname = 'embedding' AND NOT attisdropped
)
