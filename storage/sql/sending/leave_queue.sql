-- Takes messages out of the queue; returns those that were still in it.
-- Uses the table's primary key.
DELETE FROM message_queue WHERE message_id = ANY($1::uuid[]) RETURNING message_id
