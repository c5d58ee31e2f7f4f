-- Takes out of events whatever tells of their person; what a rule decided stays, what it found does not.
-- Uses each partition's primary key (the range of created_at leaves those concerned).
UPDATE incoming_events e
SET customer_name = NULL, customer_phone = NULL, customer_email = NULL, customer_document = NULL, payload = NULL,
    external_id = CASE WHEN e.webhook_id IS NULL THEN NULL ELSE e.external_id END,
    runs = (
        SELECT jsonb_agg(jsonb_build_object(
            'rule_id', run -> 'rule_id', 'version', run -> 'version', 'outcome', run -> 'outcome', 'reason', run -> 'reason'
        ))
        FROM jsonb_array_elements(CASE WHEN jsonb_typeof(e.runs) = 'array' THEN e.runs ELSE '[]' END) AS run
    )
FROM unnest($2::uuid[], $3::timestamptz[]) AS given (id, created_at)
WHERE e.id = given.id AND e.created_at = given.created_at AND e.created_at BETWEEN $4 AND $5 AND e.company_id = $1
