-- Passages of a version that is being made; a step that is repeated finds its own.
-- Uses the primary key.
INSERT INTO knowledge_passages (company_id, source_id, version, position, text, approved, words, vector)
SELECT $1, $2, $3, $4 + p.n - 1, p.text, p.approved, to_tsvector('portuguese', p.words),
    ($8::real[])[(p.n - 1) * $9::int + 1 : p.n * $9::int]
FROM unnest($5::text[], $6::boolean[], $7::text[]) WITH ORDINALITY AS p (text, approved, words, n)
ON CONFLICT (company_id, source_id, version, position) DO NOTHING
