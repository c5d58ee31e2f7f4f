-- How many conversations that are not closed an agent answers in ($2: this one; NULL: any), of the $3 looked at.
-- Uses idx_conversations_state, bounded by $3; a company has a hundred agents at most, an own one keeps its number's.
SELECT count(*) FILTER (WHERE hit) AS hits, count(*) AS seen
FROM (
    SELECT ai_on AND EXISTS (
        SELECT 1 FROM ai_agents AS agent
        WHERE agent.company_id = $1 AND agent.active AND ($2::uuid IS NULL OR agent.id = $2)
            AND (
                agent.session_id = conversations.session_id
                OR agent.session_id IS NULL AND NOT EXISTS (
                    SELECT 1 FROM ai_agents AS own
                    WHERE own.company_id = $1 AND own.session_id = conversations.session_id
                )
            )
    ) AS hit
    FROM conversations
    WHERE company_id = $1 AND state IN ('open', 'waiting')
    LIMIT $3
) AS looked_at
