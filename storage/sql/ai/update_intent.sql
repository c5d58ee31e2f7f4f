-- Changes an intent where a value is given ($8: whether the threshold is); other examples need other vectors.
-- Uses ai_intents_pkey.
UPDATE ai_intents
SET label = coalesce($3, label), description = coalesce($4, description), examples = coalesce($5, examples),
    active = coalesce($6, active), threshold = CASE WHEN $8 THEN $7 ELSE threshold END,
    vectors = CASE WHEN $5 IS NULL OR $5 = examples THEN vectors END, updated_at = $9
WHERE company_id = $1 AND id = $2
RETURNING id
