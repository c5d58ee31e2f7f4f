-- Whom these messages were for.
-- Index: each partition's primary key; the range of created_at leaves only the partitions concerned.
SELECT m.company_id, m.to_phone
FROM unnest($1::uuid[], $2::timestamptz[]) AS given (id, created_at)
JOIN messages m ON m.id = given.id AND m.created_at = given.created_at
WHERE m.created_at BETWEEN $3 AND $4
