-- Conversations of an old phone and a new one with the same number, held until the transaction ends.
-- Uses idx_conversations_person by the company's few sessions.
SELECT o.id AS old, n.id AS new
FROM sessions s
JOIN conversations o ON o.company_id = $1 AND o.session_id = s.id AND o.phone = $2
JOIN conversations n ON n.company_id = $1 AND n.session_id = s.id AND n.phone = $3
WHERE s.company_id = $1
FOR UPDATE OF o, n
