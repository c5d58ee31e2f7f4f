-- Takes the leases of these sessions that are free, over, or held by this very owner; each with a new fence.
-- Index: primary key of session_leases.
INSERT INTO session_leases AS l (session_id, owner, fence, expires_at)
SELECT s.id, $2, nextval('fences'), clock_timestamp() + $3::interval
FROM sessions s
WHERE s.id = ANY($1::uuid[]) AND s.deleted_at IS NULL
ORDER BY s.id
ON CONFLICT (session_id) DO UPDATE
SET owner = excluded.owner, fence = excluded.fence, expires_at = excluded.expires_at
WHERE l.expires_at <= clock_timestamp() OR l.owner = excluded.owner
RETURNING l.session_id, l.fence
