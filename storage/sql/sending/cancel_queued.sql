-- Takes a company's messages out of the queue; what is not there any more is being sent or was.
-- Index: primary key of message_queue.
DELETE FROM message_queue WHERE message_id = ANY($1::uuid[]) AND company_id = $2 RETURNING message_id
