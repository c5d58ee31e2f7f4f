-- One decision.
-- Uses ai_decisions_pkey.
SELECT id, company_id, conversation_id, session_id, phone, at, text, intent, confidence, second_intent, second_confidence,
    decided_by, neighbours, outcome, reason, message_id, sources, prompt_version, model, cost, tokens, latency_ms, feedback,
    feedback_intent, feedback_at, masteria_id_time(id) AS created_at
FROM ai_decisions WHERE company_id = $1 AND id = $2
