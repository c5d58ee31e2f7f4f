-- Brings back messages that wait for nothing any more; due ones are looked at by the scheduler.
-- Index: primary key of message_queue; rows that somebody else is taking out are left to them.
WITH mine AS MATERIALIZED (
    SELECT message_id FROM message_queue
    WHERE message_id = ANY($1::uuid[]) AND look_at = 'infinity'
    FOR UPDATE SKIP LOCKED
)
UPDATE message_queue q SET look_at = greatest(q.due_at, now()) FROM mine WHERE q.message_id = mine.message_id
RETURNING q.message_id
