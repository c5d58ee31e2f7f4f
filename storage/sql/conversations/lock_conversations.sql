-- Conversations whose turns end, held until the transaction ends, in the order in which inbound messages are folded: two
-- writers never wait in a circle. Uses conversations_pkey.
SELECT c.company_id, c.id, c.ai_on
FROM unnest($1::uuid[], $2::uuid[]) AS mine (company_id, id)
JOIN conversations c ON c.company_id = mine.company_id AND c.id = mine.id
ORDER BY c.company_id, c.session_id, c.phone COLLATE "C"
FOR NO KEY UPDATE OF c
