-- The newest event of a person that is no message of theirs, among their newest 50.
-- Uses idx_incoming_events_phone, in order.
SELECT *
FROM (
    SELECT * FROM incoming_events
    WHERE company_id = $1 AND customer_phone = $2 AND customer_phone IS NOT NULL
    ORDER BY created_at DESC, id DESC
    LIMIT 50
) AS newest
WHERE event_type IS DISTINCT FROM 'message_received' AND event_type IS DISTINCT FROM 'number_changed' AND state = 'processed'
ORDER BY created_at DESC, id DESC
LIMIT 1
