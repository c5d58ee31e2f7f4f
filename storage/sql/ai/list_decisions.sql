-- A company's decisions, newest first, behind a cursor; $4 to $6 narrow them.
-- Uses ai_decisions_pkey, idx_ai_decisions_intent, idx_ai_decisions_outcome or idx_ai_decisions_conversation.
SELECT id, company_id, conversation_id, session_id, phone, at, text, intent, confidence, second_intent, second_confidence,
    decided_by, neighbours, outcome, reason, message_id, sources, prompt_version, model, cost, tokens, latency_ms, feedback,
    feedback_intent, feedback_at, masteria_id_time(id) AS created_at
FROM ai_decisions
WHERE company_id = $1 AND id < $2
    AND ($4::text IS NULL OR intent = $4)
    AND ($5::text IS NULL OR outcome = $5)
    AND ($6::uuid IS NULL OR conversation_id = $6)
ORDER BY id DESC
LIMIT $3
