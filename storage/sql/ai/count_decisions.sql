-- How many of a company's decisions pass the filters, up to 10,001.
-- Uses ai_decisions_pkey, idx_ai_decisions_intent, idx_ai_decisions_outcome or idx_ai_decisions_conversation.
SELECT count(*) FROM (
    SELECT FROM ai_decisions
    WHERE company_id = $1
        AND ($2::text IS NULL OR intent = $2)
        AND ($3::text IS NULL OR outcome = $3)
        AND ($4::uuid IS NULL OR conversation_id = $4)
    LIMIT 10001
) AS few
