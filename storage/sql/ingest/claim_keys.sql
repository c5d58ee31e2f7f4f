-- Claims event keys for a shard that still owns its buckets; returns the keys that were new.
-- Uses event_keys_pkey and shard_buckets_pkey. Keys come sorted, so that two batches never wait for each other.
WITH owned AS (
    SELECT 1
    FROM unnest($4::smallint[], $5::bigint[]) AS mine (bucket, epoch)
    JOIN shard_buckets USING (bucket, epoch)
    FOR SHARE OF shard_buckets
)
INSERT INTO event_keys (key, company_id, event_id)
SELECT k.key, k.company_id, k.event_id
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (key, company_id, event_id)
WHERE (SELECT count(*) FROM owned) = cardinality($4::smallint[])
ON CONFLICT (key) DO NOTHING
RETURNING key
