-- Takes a person out of up to $3 deliveries to the company's own systems; what was not taken yet is not sent any more.
-- Uses idx_outgoing_deliveries_phone, which the erased ones leave, and the primary key.
UPDATE outgoing_deliveries d
SET payload = json_build_object(
        'type', d.event_type, 'timestamp', d.payload -> 'timestamp', 'data', json_build_object('id', d.payload #> '{data,id}')
    ),
    attempts = '[]',
    state = CASE WHEN state = 'pending' THEN 'failed' ELSE state END,
    last_reason = CASE WHEN state = 'pending' THEN 'erased' ELSE last_reason END,
    next_attempt_at = NULL,
    finished_at = CASE WHEN state = 'pending' THEN $4 ELSE finished_at END
FROM (
    SELECT id FROM outgoing_deliveries WHERE company_id = $1 AND masteria_told_phone(payload) = $2 LIMIT $3
) AS found
WHERE d.id = found.id
