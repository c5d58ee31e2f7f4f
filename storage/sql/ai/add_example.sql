-- Adds an example to a company's intent of this name, which is made where there is none ($2, $4); the newest $7 are kept.
-- Uses idx_ai_intents_name.
INSERT INTO ai_intents AS known (company_id, id, name, label, examples, created_at, updated_at)
VALUES ($1, $2, $3, $4, ARRAY[$5], $6, $6)
ON CONFLICT (company_id, name) DO UPDATE
SET examples = (known.examples || $5)[greatest(1, cardinality(known.examples) + 2 - $7):], vectors = NULL, updated_at = $6
WHERE NOT known.examples @> ARRAY[$5]
