-- What became of messages, one per conversation, which the caller holds: what it wants ($3, $4), why people have it now
-- ($5), and AI's answer ($6, $7), with which nobody waits any more. Uses conversations_pkey and conversation_replies_pkey.
WITH told AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::real[], $5::text[], $6::uuid[], $7::text[])
        AS t (company_id, id, intent, confidence, reason, message_id, text)
), done AS (
    UPDATE conversations c
    SET intent = coalesce(t.intent, c.intent),
        confidence = CASE WHEN t.intent IS NULL THEN c.confidence ELSE t.confidence END,
        ai_on = c.ai_on AND t.reason IS NULL,
        ai_off_reason = CASE WHEN c.ai_on AND t.reason IS NOT NULL THEN t.reason ELSE c.ai_off_reason END,
        state = CASE WHEN c.ai_on AND t.reason IS NOT NULL THEN 'open' ELSE c.state END,
        waiting_since = CASE WHEN t.message_id IS NULL THEN c.waiting_since END,
        last_outbound_at = CASE WHEN t.message_id IS NULL THEN c.last_outbound_at ELSE greatest(c.last_outbound_at, $8) END,
        last_outbound_text = CASE WHEN t.message_id IS NULL OR c.last_outbound_at > $8 THEN c.last_outbound_text ELSE t.text END,
        version = c.version + 1, updated_at = greatest(c.updated_at, $8)
    FROM told t
    WHERE c.company_id = t.company_id AND c.id = t.id
    RETURNING c.company_id, c.id, t.message_id
)
INSERT INTO conversation_replies (company_id, message_id, conversation_id, author, author_name)
SELECT company_id, message_id, id, 'ai', '' FROM done WHERE message_id IS NOT NULL
ON CONFLICT DO NOTHING
