-- How many of a company's numbers do not send, and how many there are.
-- Index: idx_sessions_company_id; web_sessions_pkey.
SELECT count(*) FILTER (WHERE s.state <> 'active' OR (s.transport = 'web' AND w.status->>'state' IS DISTINCT FROM 'connected')) AS down,
       count(*) AS numbers
FROM sessions s LEFT JOIN web_sessions w ON w.session_id = s.id
WHERE s.company_id = $1 AND s.deleted_at IS NULL AND (cardinality($2::uuid[]) = 0 OR s.id = ANY($2))
