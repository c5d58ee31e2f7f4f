-- An answer or a receipt has told what became of uncertain messages.
-- Index: primary key of uncertain_messages.
DELETE FROM uncertain_messages WHERE message_id = ANY($1::uuid[])
