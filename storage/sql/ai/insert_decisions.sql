-- What was decided about messages; a company that is gone meanwhile keeps none.
-- Uses ai_decisions_pkey.
INSERT INTO ai_decisions (company_id, id, conversation_id, session_id, phone, at, text, intent, confidence,
    second_intent, second_confidence, decided_by, neighbours, outcome, reason, message_id, sources, prompt_version, model,
    cost, tokens, latency_ms)
SELECT d.*
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::text[], $8::text[],
    $9::real[], $10::text[], $11::real[], $12::text[], $13::jsonb[], $14::text[], $15::text[], $16::uuid[],
    $17::jsonb[], $18::text[], $19::text[], $20::numeric[], $21::int[], $22::int[]) AS d (company_id)
WHERE EXISTS (SELECT FROM companies c WHERE c.id = d.company_id)
ON CONFLICT (company_id, id) DO NOTHING
