-- Takes events that may answer messages or pay for them, oldest first; each worker its own.
-- Index: reach_queue_pkey, and the partitions' primary keys.
WITH taken AS (
    DELETE FROM reach_queue WHERE event_id IN (
        SELECT event_id FROM reach_queue ORDER BY event_id LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING event_id, company_id
)
SELECT e.id, e.company_id, e.event_type, e.customer_phone, e.order_id, e.order_value_cents, e.occurred_at, e.created_at
FROM taken
JOIN incoming_events e ON e.id = taken.event_id AND e.created_at = masteria_id_time(taken.event_id)
    AND e.company_id = taken.company_id
ORDER BY e.id
