-- Messages that a full sender did not take: it comes back for them itself, the scheduler only much later.
-- Index: primary key of message_queue; rows in other hands are left alone.
WITH mine AS MATERIALIZED (
    SELECT message_id FROM message_queue WHERE message_id = ANY($1::uuid[]) FOR UPDATE SKIP LOCKED
)
UPDATE message_queue q SET look_at = now() + $2::interval FROM mine WHERE q.message_id = mine.message_id
