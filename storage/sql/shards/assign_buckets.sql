-- Writes the bucket table; a bucket that moves gets a new epoch. Uses shard_buckets_pkey.
INSERT INTO shard_buckets (bucket, shard)
SELECT * FROM unnest($1::smallint[], $2::smallint[])
ON CONFLICT (bucket) DO UPDATE SET shard = excluded.shard, epoch = shard_buckets.epoch + 1
WHERE shard_buckets.shard <> excluded.shard
