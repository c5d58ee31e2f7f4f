-- A company's events behind a place and before the horizon, oldest first: what a contact is made of. A new number that was not
-- told has an id of its own, which is not the old number's.
-- Uses idx_incoming_events_company_id, backwards.
SELECT e.id, e.company_id, e.created_at, e.event_type, e.customer_name, e.customer_phone, e.customer_email, e.customer_document,
    e.webhook_id IS NULL AND e.event_type = 'message_received' AS inbound,
    CASE WHEN e.webhook_id IS NULL THEN e.payload #>> '{message,from}' END AS wa_id,
    CASE WHEN e.webhook_id IS NULL AND (e.event_type <> 'number_changed' OR e.payload ->> 'changed_to' IS NOT NULL)
        THEN e.payload ->> 'user_id' END AS bsuid,
    CASE WHEN e.webhook_id IS NULL AND e.event_type = 'number_changed' THEN e.payload ->> 'changed_to' END AS changed_to
FROM incoming_events e
WHERE e.company_id = $1 AND e.created_at >= $2 AND e.created_at < $4 AND (e.created_at, e.id) > ($2, $3::uuid)
ORDER BY e.created_at, e.id
LIMIT $5
