-- Late events: what a contact is made of. A new number that was not
-- told has an id of its own, which is not the old number's.
-- Uses each partition's primary key.
SELECT e.id, e.company_id, e.created_at, e.event_type, e.customer_name, e.customer_phone, e.customer_email, e.customer_document,
    e.webhook_id IS NULL AND e.event_type = 'message_received' AS inbound,
    CASE WHEN e.webhook_id IS NULL THEN e.payload #>> '{message,from}' END AS wa_id,
    CASE WHEN e.webhook_id IS NULL AND (e.event_type <> 'number_changed' OR e.payload ->> 'changed_to' IS NOT NULL)
        THEN e.payload ->> 'user_id' END AS bsuid,
    CASE WHEN e.webhook_id IS NULL AND e.event_type = 'number_changed' THEN e.payload ->> 'changed_to' END AS changed_to
FROM unnest($1::uuid[]) AS given (id)
JOIN incoming_events e ON e.id = given.id AND e.created_at = masteria_id_time(given.id)
ORDER BY e.id
