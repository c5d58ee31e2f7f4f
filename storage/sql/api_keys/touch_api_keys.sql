-- When these keys were last used, written now and then for many at once.
-- Uses api_keys_pkey. Keys come sorted, so that two gateways never wait for each other.
UPDATE api_keys
SET last_used_at = greatest(last_used_at, used.at)
FROM (SELECT id, at FROM unnest($1::uuid[], $2::timestamptz[]) AS u (id, at) ORDER BY id) AS used
WHERE api_keys.id = used.id
