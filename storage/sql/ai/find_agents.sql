-- Who answers for each of these numbers: its own agent, else the company's; an inactive one of its own keeps that away.
-- Uses idx_ai_agents_session_id.
SELECT a.id, a.company_id, a.session_id, a.name, a.active, a.settings, a.model, a.model_sealed, a.version, a.created_at,
    a.updated_at, given.session_id AS asked_session_id
FROM unnest($1::uuid[], $2::uuid[]) AS given (company_id, session_id)
CROSS JOIN LATERAL (
    SELECT *
    FROM ai_agents
    WHERE company_id = given.company_id AND (session_id = given.session_id OR session_id IS NULL)
    ORDER BY session_id IS NULL
    LIMIT 1
) AS a
