-- Messages whose place in their campaign another has taken: whatever becomes of them is not counted there any more.
-- Index: each partition's primary key; the range of created_at leaves only the partitions concerned.
UPDATE messages m
SET campaign_id = NULL
FROM unnest($1::uuid[], $2::timestamptz[]) AS given (id, created_at)
WHERE m.id = given.id AND m.created_at = given.created_at AND m.created_at BETWEEN $3 AND $4
