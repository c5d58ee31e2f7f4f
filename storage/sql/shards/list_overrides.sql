-- Pinned buckets (256 rows in all).
SELECT bucket, shard FROM shard_buckets WHERE override
