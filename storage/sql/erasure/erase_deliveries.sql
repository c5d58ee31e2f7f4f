-- Takes away the bytes and headers in which events came; the first event of each, by which its repetitions are found.
-- Uses each partition's primary key.
UPDATE deliveries d SET raw_body = '', headers = '{}'
FROM unnest($2::uuid[]) AS given (id)
WHERE d.id = given.id AND d.created_at = masteria_id_time(given.id) AND d.created_at BETWEEN $3 AND $4 AND d.company_id = $1
RETURNING d.event_id
