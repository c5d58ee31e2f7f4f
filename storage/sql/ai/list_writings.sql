-- What models wrote for a company, newest first, behind a cursor.
-- Uses idx_ai_writings_created_at.
SELECT id, kind, subject_id, by_model, reason, made, refused, model, prompt_version, tokens, cost, latency_ms, created_by,
    created_at
FROM ai_writings
WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid)
ORDER BY created_at DESC, id DESC
LIMIT $4
