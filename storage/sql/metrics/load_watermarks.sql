-- Up to where each writer's deltas are in the roll-ups.
-- Index: none; at most 64 rows per writer.
SELECT writer, epoch, seq FROM metric_watermarks
