-- Which of these user ids stand in the place of a phone in a company's conversations and wishes.
-- Uses idx_conversations_person by the company's few sessions, and the primary key of suppressions.
SELECT c.phone
FROM sessions s
JOIN conversations c ON c.company_id = $1 AND c.session_id = s.id AND c.phone = ANY($2::text[])
WHERE s.company_id = $1
UNION
SELECT phone FROM suppressions WHERE company_id = $1 AND phone = ANY($2::text[])
