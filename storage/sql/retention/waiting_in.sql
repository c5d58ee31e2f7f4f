-- Whether a message that still waits was made before a time: its partition stays.
-- Index: none; message_queue holds only what waits.
SELECT EXISTS (SELECT FROM message_queue WHERE masteria_id_time(message_id) < $1)
    OR EXISTS (SELECT FROM uncertain_messages WHERE masteria_id_time(message_id) < $1)
