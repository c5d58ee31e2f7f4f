-- Takes waiting messages of these orders out of the queue and cancels them; returns what they were.
-- Uses idx_message_queue_order (small: only what waits) and messages' primary key, one partition each.
WITH hit AS (
    DELETE FROM message_queue q
    USING unnest($1::uuid[], $2::text[], $3::text[]) AS c (company_id, order_id, event_type)
    WHERE q.cancel_on IS NOT NULL AND q.company_id = c.company_id AND q.order_id = c.order_id
        AND c.event_type = ANY(q.cancel_on)
    RETURNING q.message_id, c.event_type
), old AS (
    SELECT m.id, m.created_at, m.status, hit.event_type
    FROM hit JOIN messages m ON m.id = hit.message_id AND m.created_at = masteria_id_time(hit.message_id)
    ORDER BY m.id
    FOR UPDATE OF m
)
UPDATE messages m
SET status = 'cancelled', reason = 'cancelled_by:' || old.event_type, next_attempt_at = NULL, updated_at = $4,
    timeline = m.timeline || jsonb_build_object('status', 'cancelled', 'at', $5::text,
                                                'reason', 'cancelled_by:' || old.event_type, 'attempt', m.attempt)
FROM old
WHERE m.id = old.id AND m.created_at = old.created_at
RETURNING m.company_id, m.id, m.session_id, old.status, m.rule_id, m.template_id, m.campaign_id
