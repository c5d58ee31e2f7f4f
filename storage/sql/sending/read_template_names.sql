-- Which templates these messages are of.
-- Index: each partition's primary key; the range of created_at leaves only the partitions concerned.
SELECT m.id, m.template_name, m.template_language
FROM unnest($1::uuid[], $2::timestamptz[]) AS given (id, created_at)
JOIN messages m ON m.id = given.id AND m.created_at = given.created_at
WHERE m.created_at BETWEEN $3 AND $4 AND m.template_name IS NOT NULL
