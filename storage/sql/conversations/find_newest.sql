-- What changed last of each of these companies' conversations: a look that costs little, for whoever looks often.
-- Uses idx_conversations_updated_at, one row a company.
SELECT given.company_id, newest.id, newest.version
FROM unnest($1::uuid[]) AS given (company_id)
CROSS JOIN LATERAL (
    SELECT c.id, c.version FROM conversations c
    WHERE c.company_id = given.company_id
    ORDER BY c.updated_at DESC, c.id DESC
    LIMIT 1
) AS newest
