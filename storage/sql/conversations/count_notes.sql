-- How many notes a conversation has, up to 10,001.
-- Uses conversation_notes_pkey.
SELECT count(*) FROM (
    SELECT 1 FROM conversation_notes WHERE company_id = $1 AND conversation_id = $2 LIMIT 10001
) AS found
