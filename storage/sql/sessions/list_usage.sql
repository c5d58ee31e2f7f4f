-- Of a company's sessions ($2): what its caps have spent, how its linked device stood, when WhatsApp last accepted a message
-- (to the minute since $4, to the hour since $3). Uses primary keys, and metric_minutes and metric_periods as ranges.
SELECT s.id, s.transport, p.spent, w.status, w.memory, w.updated_at,
    coalesce(
        (
            SELECT max(minute)
            FROM metric_minutes
            WHERE company_id = $1 AND minute >= $4 AND kind = 'count' AND key = 'accepted' AND session_id = s.id
        ),
        (
            SELECT max(start)
            FROM metric_periods
            WHERE company_id = $1 AND step_s = 3600 AND start >= $3 AND kind = 'count' AND key = 'accepted'
                AND session_id = s.id
        )
    ) AS last_accepted_at
FROM sessions s
LEFT JOIN session_spending p ON p.session_id = s.id
LEFT JOIN web_sessions w ON w.session_id = s.id
WHERE s.company_id = $1 AND s.id = ANY($2::uuid[]) AND s.deleted_at IS NULL
