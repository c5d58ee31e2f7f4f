-- The messages of an order's reminders that still wait in the queue.
-- Uses pix_orders_pkey, idx_messages_event_id and message_queue_pkey.
SELECT m.id
FROM pix_orders o
CROSS JOIN LATERAL unnest(o.event_ids) AS e (id)
JOIN messages m ON m.event_id = e.id AND m.company_id = o.company_id
JOIN message_queue q ON q.message_id = m.id
WHERE o.company_id = $1 AND o.order_id = $2 AND m.rule_id = ANY($3::uuid[])
