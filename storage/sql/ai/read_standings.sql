-- How conversations stand when their messages are decided: hands, window, a newer message that waits, and the answers that
-- AI gave there since $4 and in the company since $5, up to $6; ids begin with their times. Uses conversations_pkey,
-- idx_ai_turns_conversation, idx_conversation_replies_conversation and conversation_replies_pkey.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int[])
        AS a (company_id, conversation_id, event_id, since, day, most)
), days AS MATERIALIZED (
    SELECT d.company_id, d.day, d.most, (
            SELECT count(*)::int FROM (
                SELECT FROM conversation_replies r
                WHERE r.company_id = d.company_id AND r.author = 'ai' AND r.message_id >= d.day
                LIMIT d.most
            ) AS few
        ) AS answered
    FROM (SELECT DISTINCT company_id, day, most FROM asked) AS d
)
SELECT a.event_id, c.ai_on, c.last_inbound_at, c.name, d.answered AS answered_today,
    EXISTS (
        SELECT FROM ai_turns t
        WHERE t.company_id = a.company_id AND t.conversation_id = a.conversation_id AND t.event_id > a.event_id
    ) AS overtaken,
    (
        SELECT count(*)::int FROM conversation_replies r
        WHERE r.company_id = a.company_id AND r.conversation_id = a.conversation_id AND r.author = 'ai'
            AND r.message_id >= a.since
    ) AS answered
FROM asked a
JOIN conversations c ON c.company_id = a.company_id AND c.id = a.conversation_id
JOIN days d ON d.company_id = a.company_id AND d.day = a.day AND d.most = a.most
