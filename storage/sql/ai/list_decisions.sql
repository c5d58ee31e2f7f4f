-- A company's decisions, newest first, behind a cursor; $4 to $9 narrow them.
-- Uses ai_decisions_pkey, idx_ai_decisions_intent, idx_ai_decisions_outcome or idx_ai_decisions_conversation.
SELECT d.* FROM ai_decisions d
WHERE company_id = $1 AND id < $2
    AND ($4::text IS NULL OR intent = $4)
    AND ($5::text IS NULL OR outcome = $5)
    AND ($6::uuid IS NULL OR conversation_id = $6)
    AND id >= $7 AND id < $8
ORDER BY id DESC
LIMIT $3
