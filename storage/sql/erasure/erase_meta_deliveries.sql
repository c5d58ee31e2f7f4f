-- Takes away the bytes in which a person's own messages came by Meta's door.
-- Uses each partition's primary key.
UPDATE meta_deliveries d SET raw_body = '', headers = '{}'
FROM unnest($1::uuid[]) AS given (id)
WHERE d.id = given.id AND d.created_at = masteria_id_time(given.id) AND d.created_at BETWEEN $2 AND $3
