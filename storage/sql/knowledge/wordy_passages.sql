-- The passages that hold a question's words, those first whose words are rare among the company's passages.
-- Uses idx_knowledge_sources_created_at and the primary key, or idx_knowledge_passages_words.
WITH asked AS MATERIALIZED (
    SELECT tsvector_to_array(to_tsvector('portuguese', $2)) AS words
), hits AS MATERIALIZED (
    SELECT p.source_id, p.position, h.lexeme
    FROM asked a
    JOIN knowledge_sources s ON s.company_id = $1 AND s.active
    JOIN knowledge_passages p ON (p.company_id, p.source_id, p.version) = (s.company_id, s.id, s.ready_version)
        AND p.words @@ array_to_string(a.words, '|')::tsquery
    CROSS JOIN LATERAL (
        SELECT lexeme FROM unnest(tsvector_to_array(p.words)) AS lexeme WHERE lexeme = ANY(a.words)
    ) AS h
), rare AS (
    SELECT lexeme, ln(1 + 5000.0 / count(*)) AS weight FROM hits GROUP BY lexeme
)
SELECT source_id, position
FROM hits JOIN rare USING (lexeme)
GROUP BY source_id, position
ORDER BY sum(weight) DESC, source_id, position
LIMIT $3
