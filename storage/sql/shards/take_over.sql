-- A new incarnation of a shard: new epochs for all its buckets (256 rows in all).
UPDATE shard_buckets SET epoch = epoch + 1 WHERE shard = $1 RETURNING bucket, epoch
