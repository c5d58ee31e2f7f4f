-- Takes out of messages whatever tells of their person; WhatsApp's own ids hold the number.
-- Uses each partition's primary key (the range of created_at leaves those concerned).
UPDATE messages m
SET to_phone = $6, text = '', components = NULL, content = NULL, error = NULL, provider_id = NULL
FROM unnest($2::uuid[], $3::timestamptz[]) AS given (id, created_at)
WHERE m.id = given.id AND m.created_at = given.created_at AND m.created_at BETWEEN $4 AND $5 AND m.company_id = $1
