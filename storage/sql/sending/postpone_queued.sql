-- Moves the day on which messages in the queue are looked at again (infinity: only a release brings them back).
-- Index: primary key of message_queue; rows that somebody else is moving or taking out are left to them.
WITH mine AS MATERIALIZED (
    SELECT q.message_id, given.look_at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS given (message_id, look_at)
    JOIN message_queue q ON q.message_id = given.message_id
    FOR UPDATE OF q SKIP LOCKED
)
UPDATE message_queue q
SET look_at = mine.look_at,
    due_at = CASE WHEN mine.look_at = 'infinity' THEN q.due_at ELSE greatest(q.due_at, mine.look_at) END
FROM mine
WHERE q.message_id = mine.message_id
RETURNING q.message_id
