-- When these sessions and their people were last seen, written now and then for many at once.
-- Uses user_sessions_pkey and users_pkey. Ids come sorted, so that two gateways never wait for each other.
WITH seen AS (
    SELECT id, at FROM unnest($1::uuid[], $2::timestamptz[]) AS u (id, at) ORDER BY id
), touched AS (
    UPDATE user_sessions s
    SET last_seen_at = greatest(s.last_seen_at, seen.at)
    FROM seen
    WHERE s.id = seen.id
    RETURNING s.user_id, s.last_seen_at
)
UPDATE users u
SET last_seen_at = greatest(u.last_seen_at, t.at)
FROM (SELECT user_id, max(last_seen_at) AS at FROM touched GROUP BY user_id ORDER BY user_id) AS t
WHERE u.id = t.user_id
