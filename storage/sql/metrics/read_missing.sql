-- Deltas whose telling was lost.
-- Index: metric_deltas_pkey, one range per gap.
SELECT d.writer, d.epoch, d.seq, d.committed_ms, d.data
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS gap (writer, epoch, first, last)
JOIN metric_deltas d ON d.writer = gap.writer AND d.epoch = gap.epoch AND d.seq BETWEEN gap.first AND gap.last
ORDER BY d.writer, d.epoch, d.seq
LIMIT $5
