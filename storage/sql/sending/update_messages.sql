-- Writes what became of many messages, all locked before by lock_messages; touches no indexed column (HOT).
-- Index: each partition's primary key; the range of created_at leaves only the partitions concerned.
UPDATE messages m
SET status = given.status, reason = given.reason, attempt = given.attempt, next_attempt_at = given.next_attempt_at,
    provider_id = given.provider_id, error = given.error, timeline = given.timeline, updated_at = $10,
    pricing = coalesce(given.pricing, m.pricing)
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::smallint[], $6::timestamptz[], $7::text[],
            $8::jsonb[], $9::jsonb[], $13::jsonb[])
    AS given (id, created_at, status, reason, attempt, next_attempt_at, provider_id, error, timeline, pricing)
WHERE m.id = given.id AND m.created_at = given.created_at AND m.created_at BETWEEN $11 AND $12
