-- How many of these buckets still have these epochs, locked until the end of the transaction. Uses shard_buckets_pkey.
SELECT 1
FROM unnest($1::smallint[], $2::bigint[]) AS mine (bucket, epoch)
JOIN shard_buckets USING (bucket, epoch)
FOR SHARE OF shard_buckets
