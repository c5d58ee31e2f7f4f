-- How many events a person has, up to $3.
-- Uses idx_incoming_events_phone.
SELECT count(*) FROM (
    SELECT FROM incoming_events WHERE company_id = $1 AND customer_phone = $2 AND customer_phone IS NOT NULL LIMIT $3
) AS found
