-- How many answers AI gave in a conversation since $3, and in the whole company since $4, up to $5.
-- Uses idx_conversation_replies_conversation and conversation_replies_pkey; ids begin with their times.
SELECT (
        SELECT count(*)::int FROM conversation_replies
        WHERE company_id = $1 AND conversation_id = $2 AND author = 'ai' AND message_id >= $3
    ) AS conversation,
    (
        SELECT count(*)::int FROM (
            SELECT FROM conversation_replies
            WHERE company_id = $1 AND author = 'ai' AND message_id >= $4
            LIMIT $5
        ) AS seen
    ) AS company
