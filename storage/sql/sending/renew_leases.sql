-- Prolongs the leases that are still this owner's, locked in one order so that two statements never wait in a circle.
-- Index: primary key of session_leases.
WITH mine AS MATERIALIZED (
    SELECT l.session_id
    FROM unnest($1::uuid[], $2::bigint[]) AS given (session_id, fence)
    JOIN session_leases l ON l.session_id = given.session_id AND l.fence = given.fence
    WHERE l.owner = $3
    ORDER BY l.session_id
    FOR UPDATE OF l
)
UPDATE session_leases l
SET expires_at = clock_timestamp() + $4::interval
FROM mine
WHERE l.session_id = mine.session_id
RETURNING l.session_id
